//! What is said of small policies, and that it is true of every applicant.
