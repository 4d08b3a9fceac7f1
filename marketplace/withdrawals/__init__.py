"""Taking a clip back: notices to those who hold it, deadlines, attested deletion; and claims of third parties."""
