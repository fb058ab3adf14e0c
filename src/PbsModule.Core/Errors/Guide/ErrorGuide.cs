using System.Collections.Frozen;

namespace PbsModule.Core.Errors.Guide;

/// <summary>What an error id means, and what can be done about it.</summary>
/// <param name="ErrorId">One of <see cref="PbsErrorId"/>.</param>
/// <param name="Meaning">What has happened, in general.</param>
/// <param name="Action">What to do about it, for errors that do not know better themselves.</param>
public sealed record ErrorAdvice(string ErrorId, string Meaning, string Action);

/// <summary>Errors about the same things.</summary>
/// <param name="Name">What they are about.</param>
/// <param name="Advice">One for each id.</param>
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

    /// <summary>All of them, by what they are about.</summary>
    public static IReadOnlyList<ErrorFamily> Families => Table;

    /// <summary>The advice for an id; null for one that is not the engine's.</summary>
    public static ErrorAdvice? Find(string errorId) => ById.GetValueOrDefault(errorId);
}
