namespace PbsModule.Core.Storage.Retention;

/// <summary>PBS's mark of a snapshot.</summary>
internal enum PruneMark : byte
{
    None,
    Keep,

    /// <summary>Unfinished and the newest of all: it may be a backup in progress.</summary>
    KeepPartial,
    Remove,
    Protected,
}

/// <summary>What becomes of a snapshot, and why.</summary>
/// <param name="Mark">PBS's mark; what it means also depends on whether the options keep anything at all.</param>
/// <param name="Rule">The rule that kept it, or found a newer one in its place; none for the rest.</param>
/// <param name="Number">Which of the rule's it is, from 1; 0 for a snapshot that is not kept by a rule.</param>
internal readonly record struct PruneDecision(PruneMark Mark, KeepRule Rule = KeepRule.None, int Number = 0)
{
    public bool IsKept => Mark != PruneMark.Remove;

    /// <summary>PBS's word for the mark.</summary>
    public string Word => Mark switch
    {
        PruneMark.Keep => "keep",
        PruneMark.KeepPartial => "keep-partial",
        PruneMark.Protected => "protected",
        _ => "remove",
    };

    /// <summary>Why, in a few words.</summary>
    /// <param name="isFinished">Whether the snapshot has a manifest.</param>
    public string Reason(bool isFinished) => Mark switch
    {
        PruneMark.Protected => "protected",
        PruneMark.KeepPartial => "unfinished, the newest",
        PruneMark.Keep when Rule == KeepRule.Last => "last",
        PruneMark.Keep => $"{Rule.Text()} #{Number}",
        _ when !isFinished => "unfinished",
        _ when Rule != KeepRule.None => $"{Rule.Text()}, older than the one kept",
        _ => "kept by no rule",
    };
}
