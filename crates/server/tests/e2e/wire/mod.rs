//! The WeChat-compatible face, as those who wrote against the original see it.

mod demo;
mod easywechat;
mod every_route;
mod strangers;
