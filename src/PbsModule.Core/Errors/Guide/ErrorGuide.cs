using System.Collections.Frozen;

namespace PbsModule.Core.Errors.Guide;

/// <summary>The meaning of an error id and the recommended action.</summary>
/// <param name="ErrorId">One of <see cref="PbsErrorId"/>.</param>
/// <param name="Meaning">Full sentences that describe what happened.</param>
/// <param name="Action">
/// Full sentences that recommend an action. Used for errors that have no recommendation of their own.
/// </param>
public sealed record ErrorAdvice(string ErrorId, string Meaning, string Action);

/// <summary>A group of errors about the same subject.</summary>
/// <param name="Name">The subject. A heading in about_PbsErrors.</param>
/// <param name="Advice">One item for each error id.</param>
public sealed record ErrorFamily(string Name, IReadOnlyList<ErrorAdvice> Advice);

/// <summary>
/// The advice for every error id: the default recommended action of an error, and the text of about_PbsErrors.
/// </summary>
public static class ErrorGuide
{
    private static readonly ErrorFamily[] Table =
        [
            DataErrors.Names(),
            DataErrors.Formats(),
            DataErrors.Keys(),
            DataErrors.Platform(),
            ServerErrors.Connections(),
            ServerErrors.Permissions(),
            StorageErrors.Datastores(),
            StorageErrors.Content(),
            StorageErrors.Retention(),
            StorageErrors.LocksAndChanges(),
            ServerErrors.Tasks(),
            DataErrors.Statistics(),
        ];

    private static readonly FrozenDictionary<string, ErrorAdvice> ById =
        Table.SelectMany(family => family.Advice).ToFrozenDictionary(advice => advice.ErrorId);

    /// <summary>All advice, grouped by subject.</summary>
    public static IReadOnlyList<ErrorFamily> Families => Table;

    /// <summary>Returns the advice for an error id, or null if the engine does not use the id.</summary>
    public static ErrorAdvice? Find(string errorId) => ById.GetValueOrDefault(errorId);
}
