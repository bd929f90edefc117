"""What verbs that use the record share: what a reference means there, which verdicts it holds, whose keys sign."""
