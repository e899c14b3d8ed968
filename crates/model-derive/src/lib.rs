//! derive(Object)
