//! Two runs put side by side.
