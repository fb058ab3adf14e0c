using System.Diagnostics.CodeAnalysis;

namespace PbsModule.Core.Tests;

/// <summary>
/// Skips the running test and reports the reason as a diagnostic message as well: <c>dotnet test</c> prints those, but
/// of a skipped test only the name.
/// </summary>
public static class Skip
{
    [DoesNotReturn]
    public static void Because(string reason)
    {
        TestContext.Current.SendDiagnosticMessage($"{TestContext.Current.Test?.TestDisplayName} was skipped: {reason}");
        Assert.Skip(reason);
    }

    public static void If([DoesNotReturnIf(true)] bool condition, string reason)
    {
        if (condition) Because(reason);
    }

    public static void Unless([DoesNotReturnIf(false)] bool condition, string reason)
    {
        if (!condition) Because(reason);
    }
}
