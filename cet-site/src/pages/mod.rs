//! What anyone may read: the home page, the pages of the navigation, the news.

mod article;
mod home;
mod news;
mod parts;

pub use article::show as article;
pub use home::show as home;
pub use news::{list as news, show as notice};
pub use parts::{DateCell, NoticeLine, StripStep, dates, exam_name, steps};
