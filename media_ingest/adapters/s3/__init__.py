"""An object store that speaks S3: one port's second implementation, and the parts that senders put there themselves."""
