"""What has come in: folders and archives looked through."""
