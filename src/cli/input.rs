//! What several subcommands read: sources → documents → objects.
