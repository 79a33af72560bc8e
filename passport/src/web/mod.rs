//! What every page of the passport shares: page context, forms, error pages, the way back.
