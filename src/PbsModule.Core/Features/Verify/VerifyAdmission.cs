using PbsModule.Core.Errors;

namespace PbsModule.Core.Features.Verify;

/// <summary>The part of a verification query that the caller was granted.</summary>
public sealed class VerifyAdmission
{
    private readonly VerifyGrant? _passage;

    internal VerifyAdmission(VerifyQuery query, VerifyGrant? grant, IReadOnlyList<PbsException> refusals)
    {
        Query = query;
        _passage = grant;
        Refusals = refusals;
    }

    /// <summary>The query, with the granted scopes only.</summary>
    public VerifyQuery Query { get; }

    /// <summary>The refusals of the other scopes.</summary>
    public IReadOnlyList<PbsException> Refusals { get; }

    /// <summary>Whether no scope is left to verify.</summary>
    public bool IsEmpty => _passage is null;

    /// <exception cref="PbsException">No scope is left.</exception>
    internal VerifyGrant Grant => _passage ?? throw Refusals[0];
}
