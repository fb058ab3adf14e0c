namespace PbsModule.Core.Formats.Names;

/// <summary>
/// Checks datastore names: the form of PBS's SAFE_ID with 3 to 32 characters. Source: pbs-api-types DATASTORE_SCHEMA.
/// </summary>
public static class DatastoreName
{
    public const int MinLength = 3;
    public const int MaxLength = 32;

    /// <summary>Returns null if the name is valid, otherwise the error message of PBS.</summary>
    public static string? Check(string name)
    {
        int length = name.EnumerateRunes().Count();
        return length < MinLength ? $"value must be at least {MinLength} characters long"
            : length > MaxLength ? $"value may only be {MaxLength} characters long"
            : !SafeId.IsValid(name) ? "value does not match the regex pattern"
            : null;
    }
}
