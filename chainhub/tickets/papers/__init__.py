"""The papers of a ticket (文书): which there are, who issues and reads them, what they say, how they look by default."""
