//! Which exam a site serves. A site is one program; what makes it CET, PETS or NCRE is data.
//!
//! `profiles/NAME/profile.toml` holds names, navigation, steps, buttons and dates; one Markdown file per page
//! and language holds the prose. All of it is embedded ([`sources`]) and parsed once, at start ([`load`]).

mod civil;
mod content;
mod load;
mod markdown;
pub mod model;
mod province;
mod sources;

pub use civil::{Civil, Day};
pub use content::{Article, Content};
pub use load::{ProfileError, load};
pub use model::{
    Button, KeyDate, Notice, NoticeKind, Opening, PageEntry, Profile, ProfileId, Shows, Sitting, Stage, Step, Text,
};
pub use province::Province;
