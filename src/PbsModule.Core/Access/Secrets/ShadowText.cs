using System.Text;
using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Json;

namespace PbsModule.Core.Access.Secrets;

/// <summary>The JSON that the files of secrets are written in.</summary>
internal static class ShadowText
{
    /// <summary>JSON null if there is no file.</summary>
    public static JsonValue Parse(ConfigurationText text)
    {
        if (!text.Exists) return JsonValue.Null;
        try
        {
            return JsonValue.Parse(
                Encoding.UTF8.GetBytes(text.Text),
                PbsErrorId.ConfigurationInvalid,
                $"unable to parse json from \"{text.Path}\"");
        }
        catch (PbsFormatException e)
        {
            throw new PbsFormatException(e.ErrorId, e.Reason, file: text.Path, inner: e);
        }
    }
}
