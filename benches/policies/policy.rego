# The bench policy in Rego. What is missing is absent from the input, as is the custom there.
package bench

import rego.v1

knocked contains "K01" if not input.curp_valid

knocked contains "K02" if not input.employed_now

knocked contains "K03" if object.get(input, "age_years", 0) < 18

knocked contains "K03" if input.age_at_maturity > 75

fresh if input.data_age_days <= 90

knocked contains "K04" if not fresh

knocked contains "K05" if object.get(input, "weeks_total", 0) < 26

knocked contains "K06" if {
	object.get(input, "tenure_current_days", 0) < 90
	object.get(input, "tenure_continuous_days", 0) < 180
}

knocked contains "K07" if input.belvo_score_6m < 450

knocked contains "K08" if object.get(input, "monthly_income_gross", 0) < 8364.5

tenure := 100 if input.tenure_current_days >= 1825

else := 85 if input.tenure_current_days >= 730

else := 60 if input.tenure_current_days >= 365

else := 40 if input.tenure_current_days >= 180

else := 20 if input.tenure_current_days >= 90

else := 0

density := 80 if input.density_24m >= 0.95

else := 60 if input.density_24m >= 0.75

else := 40 if input.density_24m >= 0.5

else := 20 if input.density_24m >= 0.25

else := 0

weeks := 65 if input.weeks_total >= 520

else := 50 if input.weeks_total >= 260

else := 30 if input.weeks_total >= 104

else := 15 if input.weeks_total >= 52

else := 0

employers := 0 if input.employers_24m >= 4

else := 25 if input.employers_24m == 3

else := 50 if input.employers_24m == 2

else := 70 if input.employers_24m == 1

else := 0

gap := 15 if input.longest_gap_days_36m >= 91

else := 30 if input.longest_gap_days_36m >= 31

else := 50 if input.longest_gap_days_36m >= 8

else := 60 if input.longest_gap_days_36m >= 0

else := 0

income := 70 if input.income_smg_multiple >= 10

else := 65 if input.income_smg_multiple >= 5

else := 55 if input.income_smg_multiple >= 2.5

else := 40 if input.income_smg_multiple >= 1.5

else := 20 if input.income_smg_multiple >= 1

else := 0

change := 40 if input.salary_real_change_12m >= 0.1

else := 35 if input.salary_real_change_12m >= 0.03

else := 25 if input.salary_real_change_12m >= -0.02

else := 15 if input.salary_real_change_12m >= -0.1

else := 0 if input.salary_real_change_12m >= -1

else := 20

provider := 65 if input.belvo_score_12m >= 750

else := 50 if input.belvo_score_12m >= 650

else := 35 if input.belvo_score_12m >= 550

else := 15 if input.belvo_score_12m >= 450

else := 0 if input.belvo_score_12m >= 300

else := 25

score := ((((((((300 + tenure) + density) + weeks) + employers) + gap) + income) + change) + provider)

band := "A" if score >= 700

else := "B" if score >= 640

else := "C" if score >= 580

else := "D" if score >= 540

else := "E"

terms := {
	"A": {"max_term": 36, "payment_to_income": 0.30, "income_multiple": 6, "payment_rate": 0.04, "loan_factor": 25},
	"B": {"max_term": 24, "payment_to_income": 0.27, "income_multiple": 4, "payment_rate": 0.05, "loan_factor": 20},
	"C": {"max_term": 18, "payment_to_income": 0.22, "income_multiple": 2, "payment_rate": 0.08, "loan_factor": 12.5},
}[band]

payment := min([terms.payment_to_income * input.monthly_income_gross, (0.40 * input.monthly_income_gross) - input.existing_monthly_debt])

limit := min([payment * terms.loan_factor, terms.income_multiple * input.monthly_income_gross, 250000])

affordable := floor(limit / 500) * 500

amount := min([input.requested_amount, affordable])

reduced contains "L01" if affordable < input.requested_amount

reduced contains "L02" if terms.max_term < input.requested_term_months

instalment := round((amount * terms.payment_rate) * 100) / 100

decision := {"outcome": "DECLINE", "codes": knocked} if {
	count(knocked) > 0
} else := {"outcome": "DECLINE", "codes": {"S00"}, "score": score, "band": band} if {
	band == "E"
} else := {"outcome": "REFER", "codes": {"S01"}, "score": score, "band": band} if {
	band == "D"
} else := {"outcome": "DECLINE", "codes": {"A01"}, "score": score, "band": band} if {
	affordable < 5000
} else := {"outcome": "COUNTER", "codes": reduced, "score": score, "band": band, "amount": amount, "payment": instalment} if {
	count(reduced) > 0
} else := {"outcome": "APPROVE", "codes": [], "score": score, "band": band, "amount": amount, "payment": instalment}
