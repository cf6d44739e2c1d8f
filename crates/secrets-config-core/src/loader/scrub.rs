//! Taking the secrets out of the process environment.
#![expect(
    unsafe_code,
    reason = "the environment is memory that the whole process shares, outside of every allocation"
)]

use std::env;

use super::Loader;
use crate::{Config, Schema};

impl<T: Config> Loader<T> {
    /// Takes every secret out of the process environment when the loading ends, however it ends.
    ///
    /// Each variable that a secret of the struct can be read from, by any of its names and as `NAME_FILE`, is removed,
    /// so that no child inherits it, and its value is overwritten with zeros where it lies, so that it is in
    /// `/proc/<pid>/environ` no longer, nor in a core dump. That goes for the block that the process was started with
    /// and for what something in the process has set since. A second load finds none of them.
    ///
    /// Whoever could read `/proc/<pid>/environ` before this can have read the secret, and how long it was can be told
    /// from the zeros. On systems other than Unix the variables are removed and not overwritten.
    ///
    /// # Safety
    ///
    /// From this call until the load has returned, no other thread may read or write the environment, whether from
    /// Rust or from C (`getenv`, name resolution, time zones). Call it first thing in `main`, before there is a thread:
    /// `#[tokio::main]` starts some before its first line. No pointer of an earlier `getenv` may be used as an array of
    /// a known length afterwards; as texts they stay good, and are empty.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use secrets_config_core::{Config, Report};
    /// # fn load<Settings: Config>() -> Settings {
    /// // SAFETY: this is the first line of `main`, and there is no other thread yet.
    /// let loader = unsafe { Settings::loader().env().scrub() };
    /// loader.load().unwrap_or_else(|report| report.exit())
    /// # }
    /// ```
    pub unsafe fn scrub(self) -> Self {
        Self { scrub: Some(Scrub(scrub)), ..self }
    }
}

/// The caller's promise that the environment is nobody else's until the load has returned, and what is done then: a
/// pointer, so that a program which does not ask for it is built without it.
pub(super) struct Scrub(unsafe fn(&'static Schema));

impl Scrub {
    /// Overwrites and removes the variables of every secret.
    pub(super) fn run(self, schema: &'static Schema) {
        // SAFETY: who made this promised that no other thread reads or writes the environment.
        unsafe { (self.0)(schema) }
    }
}

/// Overwrites and removes the variables of every secret.
///
/// # Safety
///
/// No other thread may read or write the environment meanwhile.
#[inline]
unsafe fn scrub(schema: &'static Schema) {
    let names = names(schema);
    // SAFETY: the caller promises it.
    unsafe {
        #[cfg(unix)]
        block::overwrite(&names);
        names.iter().for_each(|name| env::remove_var(name));
    }
}

/// Every variable that a secret may have been read from, or the path of its file.
#[inline]
fn names(schema: &'static Schema) -> Vec<String> {
    let mut names = Vec::new();
    schema.visit(&mut String::new(), &mut |variable, field| {
        if field.is_secret() {
            let prefix = &variable[..variable.len() - field.variable.len()];
            let aliases = field.aliases.iter().map(|alias| format!("{prefix}{}", alias.variable));
            names
                .extend(aliases.chain([variable.to_owned()]).flat_map(|name| [format!("{name}_FILE"), name]));
        }
    });
    // No environment can hold such a name, and `remove_var` panics at it.
    names.retain(|name| !name.is_empty() && !name.contains(['=', '\0']));
    names
}

#[cfg(unix)]
mod block {
    use std::{
        ffi::{CStr, c_char},
        slice,
    };

    use zeroize::Zeroize;

    /// Overwrites the values of these variables wherever the environment has them.
    ///
    /// # Safety
    ///
    /// No other thread may read or write the environment meanwhile.
    #[inline]
    pub(super) unsafe fn overwrite(names: &[String]) {
        // SAFETY: `environ` is null or an array of pointers that ends with a null, each to a text that ends with a
        // zero. All of it is memory of the process that may be written to: the block on the stack that the process was
        // started with, or what `setenv` and `putenv` were given. No reference of Rust's leads there, for `std::env`
        // copies, and no other thread looks, as the caller promises. What ends a text is left in its place, so that it
        // stays one for anybody who still points to it.
        unsafe {
            let mut entry = environ();
            while !entry.is_null() && !(*entry).is_null() {
                let len = CStr::from_ptr(*entry).count_bytes();
                overwrite_entry(slice::from_raw_parts_mut((*entry).cast(), len), names);
                entry = entry.add(1);
            }
        }
        #[cfg(target_os = "linux")]
        if let Some(range) = initial() {
            let start = std::ptr::with_exposed_provenance_mut(range.start);
            // SAFETY: the kernel says that the environment that the process was started with lies here, at the end of
            // its first stack, which is never unmapped and above whatever a function has there. That of it to which
            // `environ` does not point any longer is nobody's; for the rest, and for aliases, see above.
            let block: &mut [u8] = unsafe { slice::from_raw_parts_mut(start, range.len()) };
            block.split_mut(|byte| *byte == 0).for_each(|entry| overwrite_entry(entry, names));
        }
    }

    /// Overwrites the value in `NAME=value` if the name is one of these.
    #[inline]
    fn overwrite_entry(entry: &mut [u8], names: &[String]) {
        let Some(end) = entry.iter().position(|byte| *byte == b'=') else { return };
        let (name, value) = entry.split_at_mut(end + 1);
        if names.iter().any(|known| known.as_bytes() == &name[..end]) {
            value.zeroize();
        }
    }

    #[cfg(not(target_vendor = "apple"))]
    #[inline]
    unsafe fn environ() -> *const *mut c_char {
        unsafe extern "C" {
            static mut environ: *const *mut c_char;
        }
        // SAFETY: every Unix has this variable, and no other thread writes to it, as the caller promises.
        unsafe { environ }
    }

    #[cfg(target_vendor = "apple")]
    unsafe fn environ() -> *const *mut c_char {
        unsafe extern "C" {
            fn _NSGetEnviron() -> *const *const *mut c_char;
        }
        // SAFETY: it returns the address of `environ`, which no other thread writes to, as the caller promises.
        unsafe { *_NSGetEnviron() }
    }

    /// Returns where the environment lies that the process was started with, if the kernel tells.
    #[cfg(target_os = "linux")]
    #[expect(clippy::disallowed_methods, reason = "the kernel's numbers hold no secret")]
    #[inline]
    fn initial() -> Option<std::ops::Range<usize>> {
        const ENV_START: usize = 50;
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        // The second field is the program's name in parentheses, which may hold anything; the third comes next.
        let mut numbers = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(ENV_START - 3);
        let mut number = || numbers.next()?.parse().ok();
        let (start, end) = (number()?, number()?);
        (start != 0 && start < end).then_some(start..end)
    }
}
