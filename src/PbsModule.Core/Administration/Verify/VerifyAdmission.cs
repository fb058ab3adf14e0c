namespace PbsModule.Core.Administration;

/// <summary>What of a query the caller was let in on.</summary>
public sealed class VerifyAdmission
{
    private readonly VerifyPassage? _passage;

    internal VerifyAdmission(VerifyQuery query, VerifyPassage? passage, IReadOnlyList<PbsException> refusals)
    {
        Query = query;
        _passage = passage;
        Refusals = refusals;
    }

    /// <summary>The query with what is left of its scopes.</summary>
    public VerifyQuery Query { get; }

    /// <summary>Why the other scopes are left out.</summary>
    public IReadOnlyList<PbsException> Refusals { get; }

    /// <summary>Whether there is anything left to verify.</summary>
    public bool IsEmpty => _passage is null;

    /// <exception cref="PbsException">Nothing is left.</exception>
    internal VerifyPassage Passage => _passage ?? throw Refusals[0];
}
