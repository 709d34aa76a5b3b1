//! How an account outlives its process: saved after each call that changed it, in a folder. What can't be saved did not
//! happen.

use std::io;

use super::State;
use crate::clock::Millis;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::world::World;

/// Where an account is kept.
#[derive(Debug)]
pub(super) enum Keeping {
    /// Nowhere: it ends with its process.
    InMemory,
    /// In a folder that this process alone writes to.
    InFolder(Store),
    /// In a folder that this process only reads.
    ReadOnly,
}

impl State {
    /// Saves what a call has changed. If that fails the account is again what the folder holds, so that the caller's next
    /// look finds the truth.
    pub(super) fn keep(&mut self, now: Millis) -> Result<(), Refusal> {
        let store = match &self.keeping {
            Keeping::InMemory => return Ok(()),
            Keeping::InFolder(store) => store,
            Keeping::ReadOnly => return Err(unkept("it was opened for reading only")),
        };
        let Err(cause) = store.save(now, self.world.clone()) else {
            self.unsaved = false;
            return Ok(());
        };
        let text = format!("{} can't be written to: {cause}", store.folder().display());
        match store.load() {
            Ok(saved) => self.world = saved.map_or_else(World::default, |saved| saved.world),
            Err(_) => self.lost = true,
        }
        Err(unkept(&text))
    }

    /// Saves what a function's run has changed; should that fail, it is kept for the next time.
    pub(super) fn keep_if_possible(&mut self, now: Millis) {
        if let Keeping::InFolder(store) = &self.keeping {
            self.unsaved = store.save(now, self.world.clone()).is_err();
        }
    }

    /// Saves what could not be saved before, if there is anything.
    pub(super) fn keep_rest(&mut self, now: Millis) -> io::Result<()> {
        match &self.keeping {
            Keeping::InFolder(store) if self.unsaved => store.save(now, self.world.clone())?,
            _ => {}
        }
        self.unsaved = false;
        Ok(())
    }

    /// Refuses every call of an account whose folder could neither be written to nor read again.
    pub(super) fn check_kept(&self) -> Result<(), Refusal> {
        if self.lost { Err(unkept("its folder can be neither written to nor read")) } else { Ok(()) }
    }
}

/// Not one of the errors that clients try again by themselves: a full disk stays full.
fn unkept(why: &str) -> Refusal {
    Refusal::new(507, "EmulatorStoreError", format!("the emulated account was not changed: {why}"))
}
