//! The passport's settings.
