//! What is asked for.

use super::super::Value;
use super::entries;

entries! {
    requested_amount: Decimal Mxn [0, 1_000_000_000_000],
        "amount asked for",
        called "requested amount" | "monto solicitado",
        es "monto que se solicita",
        from ["application.requested_amount"]
        => |f| f.application.requested_amount.into();
    requested_term_months: Int Months [1, 600],
        "term asked for",
        called "requested term" | "plazo solicitado",
        es "plazo que se solicita",
        from ["application.requested_term_months"]
        => |f| f.application.requested_term_months.into();
    existing_monthly_debt: Decimal MxnPerMonth [0, 1_000_000_000_000],
        "what other debts already cost; 0 when not told",
        called "existing monthly debt payments" | "pago mensual de otras deudas",
        es "lo que ya se paga cada mes por otras deudas; 0 si no se indicó",
        from ["application.existing_monthly_debt"]
        => |f| f.application.existing_monthly_debt.into();
    product: Text None,
        "product applied for",
        called "product" | "producto",
        es "producto que se solicita",
        missing ("not told", "no se indicó"),
        from ["application.product"]
        => |f| f.application.product.as_deref().map_or(Value::Missing, Value::from);
    channel: Text None,
        "way the application came",
        called "channel" | "canal",
        es "vía por la que llegó la solicitud",
        missing ("not told", "no se indicó"),
        from ["application.channel"]
        => |f| f.application.channel.as_deref().map_or(Value::Missing, Value::from);
    human_review_requested: Bool None,
        "the applicant asked for a person to look at the application",
        called "review by a person requested" | "revisión por una persona solicitada",
        es "el solicitante pidió que una persona revise la solicitud",
        from ["application.human_review_requested"]
        => |f| f.application.human_review_requested.into();
}
