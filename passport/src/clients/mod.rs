//! The registry of relying parties: exam sites and third parties that sign people in here.
