//! The candidate's home: account data and one tile per exam site.
