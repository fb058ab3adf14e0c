using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Language;

namespace PbsModule.Views;

/// <summary>The output for drawings: its width, and whether it shows more than plain ASCII.</summary>
/// <param name="Width">Width in columns.</param>
/// <param name="IsPlain">
/// Whether to use neither colours nor block characters: the output goes to a file or another program, or they are
/// disabled.
/// </param>
internal sealed record TerminalCanvas(int Width, bool IsPlain)
{
    private const int UsualWidth = 100;
    private const int Narrowest = 40;
    private const int Widest = 200;

    /// <summary>Returns the current terminal of a cmdlet.</summary>
    public static TerminalCanvas For(PSCmdlet cmdlet, int? width) => new(
        width ?? Math.Clamp(WidthOf(cmdlet), Narrowest, Widest),
        Console.IsOutputRedirected
            || PSStyle.Instance.OutputRendering == OutputRendering.PlainText
            || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }
            || cmdlet.MyInvocation.PipelinePosition < cmdlet.MyInvocation.PipelineLength
            || GoesToFile(cmdlet.MyInvocation.Line, cmdlet.MyInvocation.OffsetInLine));

    /// <summary>Colours a text by an SGR number, <c>32</c> for green.</summary>
    public string Colored(string text, int color) => IsPlain || text.Length == 0 ? text : $"\e[{color}m{text}\e[0m";

    /// <summary>
    /// Whether the output of a command is redirected to a file by <c>></c>. Only the command line itself shows this to
    /// a cmdlet.
    /// </summary>
    /// <param name="line">The line that contains the command.</param>
    /// <param name="column">Column of the command in the line, starting at 1.</param>
    internal static bool GoesToFile(string? line, int column) =>
        line?.Contains('>') == true && Parser.ParseInput(line, out _, out _).Find(
            node => node is CommandAst command && command.Extent.StartColumnNumber == column
                && command.Redirections.Any(each =>
                    each is FileRedirectionAst { FromStream: RedirectionStream.Output or RedirectionStream.All }),
            searchNestedScriptBlocks: true) is not null;

    private static int WidthOf(PSCmdlet cmdlet)
    {
        try
        {
            return cmdlet.Host.UI.RawUI.BufferSize.Width is > 0 and var width ? width - 1 : UsualWidth;
        }
        catch (Exception e) when (e is HostException
            or NotImplementedException
            or NullReferenceException
            or IOException)
        {
            // Hosts without a terminal fail in many ways.
            return UsualWidth;
        }
    }
}
