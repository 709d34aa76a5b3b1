//! The board on which every step posts how far it has come, and where the others wait for it.

use std::collections::BTreeMap;

use tokio::sync::watch;

use crate::facts::Key;
use crate::resource::{Milestone, Need};

/// How far each step has come.
pub(super) struct Board {
    posts: BTreeMap<Key, watch::Sender<Post>>,
}

/// How far one step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Post {
    Waiting,
    Reached(Milestone),
    Never,
}

impl Board {
    pub(super) fn new(keys: impl Iterator<Item = Key>) -> Self {
        Self { posts: keys.map(|key| (key, watch::Sender::new(Post::Waiting))).collect() }
    }

    pub(super) fn post(&self, key: &Key, post: Post) {
        if let Some(sender) = self.posts.get(key) {
            sender.send_replace(post);
        }
    }

    /// Waits until every need has come as far as it must; `false` when one never will.
    pub(super) async fn reached(&self, needs: &[Need]) -> bool {
        for need in needs {
            let Some(sender) = self.posts.get(&need.key) else { continue };
            let far_enough = |post: &Post| match post {
                Post::Waiting => false,
                Post::Reached(milestone) => *milestone >= need.until,
                Post::Never => true,
            };
            let mut posts = sender.subscribe();
            if posts.wait_for(far_enough).await.is_ok_and(|post| *post == Post::Never) {
                return false;
            }
        }
        true
    }
}
