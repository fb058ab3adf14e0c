using System.Text;
using PbsModule.Core.Errors;

namespace PbsModule.Presentation;

/// <summary>Writes a report's file, completely or not at all.</summary>
internal static class ReportFile
{
    /// <exception cref="PbsException">
    /// The file exists and may not be replaced, or its folder does not exist.
    /// </exception>
    public static void DemandWritable(string path, bool replace)
    {
        string folder = Path.GetDirectoryName(path) ?? path;
        if (!Directory.Exists(folder))
        {
            throw new PbsNotFoundException(PbsErrorId.FolderNotFound, $"there is no folder '{folder}'", folder);
        }

        if (Directory.Exists(path))
        {
            throw new PbsConflictException(PbsErrorId.ReportUnwritable, $"'{path}' is a folder", path);
        }

        if (replace || !File.Exists(path)) return;
        throw new PbsConflictException(PbsErrorId.ReportExists, $"'{path}' is there already", path)
        {
            RecommendedAction = "Replace it with -Force, or name another file.",
        };
    }

    /// <exception cref="PbsException">As for <see cref="DemandWritable"/>; or the file cannot be written.</exception>
    public static FileInfo Write(string path, string page, bool replace)
    {
        DemandWritable(path, replace);
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllText(temporary, page, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(temporary, path, overwrite: replace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new PbsStorageException(
                PbsErrorId.ReportUnwritable,
                $"unable to write '{path}' - {e.Message}",
                path,
                e);
        }

        return new FileInfo(path);
    }
}
