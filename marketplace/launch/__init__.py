"""Starting an instance and looking after it: the demo, the web server, the embedded engines it needs, the doctor."""
