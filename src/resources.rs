//! The resources, one a file, named as AWS names them. Each file has the same four parts in the same order: the spec,
//! observe, create/update/delete, and the calls behind them.

pub mod action_group;
pub mod agent;
pub mod alias;
pub mod base_image;
pub mod draft;
pub mod foundation_model;
pub mod function;
pub mod image;
pub mod inference_profile;
pub mod log_group;
pub mod permission;
pub mod pinpoint_application;
pub mod ready_image;
pub mod repository;
pub mod role;
mod settling;
pub mod temporary_alias;
mod version;
