//! What is run of an image: its layers over one another, and nothing outside of them.
