"""The damage drill: what goes wrong behind everybody's back, and whether the product's own audits find it."""
