using System.Collections.Frozen;

namespace PbsModule.Core.Errors.Guide;

/// <summary>The meaning of an error id and the advice for it.</summary>
/// <param name="ErrorId">One of <see cref="PbsErrorId"/>.</param>
/// <param name="Meaning">What happened, as sentences.</param>
/// <param name="Action">What to do, as sentences; used by errors that bring no advice of their own.</param>
public sealed record ErrorAdvice(string ErrorId, string Meaning, string Action);

/// <summary>Errors about the same subject.</summary>
/// <param name="Name">The subject, a heading in about_PbsErrors.</param>
/// <param name="Advice">One item for each id.</param>
public sealed record ErrorFamily(string Name, IReadOnlyList<ErrorAdvice> Advice);

/// <summary>
/// Advice for every error id: the recommended action of errors that bring none, and the text of about_PbsErrors.
/// </summary>
public static partial class ErrorGuide
{
    private static readonly ErrorFamily[] Table =
        [
            Names(),
            Formats(),
            Keys(),
            Platform(),
            Connections(),
            Permissions(),
            Datastores(),
            Content(),
            Retention(),
            LocksAndChanges(),
            Tasks(),
            Statistics(),
        ];

    private static readonly FrozenDictionary<string, ErrorAdvice> ById =
        Table.SelectMany(family => family.Advice).ToFrozenDictionary(advice => advice.ErrorId);

    /// <summary>All advice, grouped by subject.</summary>
    public static IReadOnlyList<ErrorFamily> Families => Table;

    /// <summary>Returns the advice for an id; null for an id that is not the engine's.</summary>
    public static ErrorAdvice? Find(string errorId) => ById.GetValueOrDefault(errorId);
}
