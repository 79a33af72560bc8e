//! The exam sites: one program that relies on the passport, with the exams CET, PETS and NCRE as data.

pub mod profile;
