//! Who may use an account that is served on a port. Its functions are processes of this user, so whoever may use it can
//! run programs as this user.

use std::fmt;
use std::io;

/// Whose requests a port answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Those that are signed with this key.
    Key(Key),
    /// Those that are signed with any key: every user of this machine can send them.
    AnyCredentials,
}

/// An access key, made for one run.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    id: String,
    secret: String,
}

impl Key {
    /// A new key that nobody can guess: 128 random bits for the id, and as many for the secret.
    pub fn random() -> io::Result<Self> {
        let [id, secret] = [random_hex()?, random_hex()?];
        // An id consists of letters and digits.
        Ok(Self { id: format!("EMULATOR{}", id.to_uppercase()), secret })
    }

    /// What `AWS_ACCESS_KEY_ID` is set to.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What `AWS_SECRET_ACCESS_KEY` is set to.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The variables that have an AWS client sign with it.
    pub fn variables(&self) -> [(String, String); 2] {
        [("AWS_ACCESS_KEY_ID", &self.id), ("AWS_SECRET_ACCESS_KEY", &self.secret)]
            .map(|(name, value)| (name.to_owned(), value.clone()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// 128 random bits, as 32 hexadecimal digits.
pub(crate) fn random_hex() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(format!("no random numbers: {error}")))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn each_key_is_another_one_and_its_secret_is_not_shown() {
        let (one, other) = (Key::random().expect("random"), Key::random().expect("random"));
        assert!(one.id() != other.id() && one.secret() != other.secret());
        assert_eq!((one.id().len(), one.secret().len()), (40, 32));
        assert!(one.id().bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let shown = format!("{one:?}");
        assert!(shown.contains(one.id()) && !shown.contains(one.secret()), "{shown}");
    }
}
