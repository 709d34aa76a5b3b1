//! The planner's tables: which question leads to which call.
