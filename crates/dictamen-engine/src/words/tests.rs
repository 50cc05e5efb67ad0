//! Every kind of node in words.
