Describe 'Package' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $out = Join-Path $TestDrive out
        $output = & pwsh -NoProfile -NonInteractive -File (Join-Path $PSScriptRoot ../../build.ps1) Package -OutputPath $out 2>&1
        if ($LASTEXITCODE -ne 0) { throw ($output -join "`n") }
        $version = (Import-PowerShellDataFile (Join-Path $out PbsModule/PbsModule.psd1)).ModuleVersion
        function Get-EntryName {
            param([string] $Path)
            $archive = [System.IO.Compression.ZipFile]::OpenRead($Path)
            try { $archive.Entries.FullName } finally { $archive.Dispose() }
        }
        $hasHelp = [bool] (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)
        $files = @(
            'CHANGELOG.md', 'LICENSE', 'PbsModule.Core.dll', 'PbsModule.Format.ps1xml', 'PbsModule.Types.ps1xml', 'PbsModule.dll', 'PbsModule.psd1', 'README.md'
            if ($hasHelp) {
                'en-US/PbsModule.dll-Help.xml'
                Get-ChildItem (Join-Path $PSScriptRoot ../../docs) -Filter about_*.md | ForEach-Object { "en-US/$($_.BaseName).help.txt" }
            }
        )
    }

    It 'holds what the module needs and nothing else' {
        $zip = Get-EntryName (Join-Path $out "PbsModule.$version.zip")
        $zip | Sort-Object -Culture '' | Should -Be ($files | ForEach-Object { "PbsModule/$version/$_" } | Sort-Object -Culture '')
        $package = Get-EntryName (Join-Path $out "PbsModule.$version.nupkg") | Where-Object { $_ -notlike '_rels/*' -and $_ -notlike 'package/*' -and $_ -notin '[Content_Types].xml', 'PbsModule.nuspec' }
        $package | Sort-Object -Culture '' | Should -Be ($files | Sort-Object -Culture '')
    }

    It 'has sums that are right' {
        $sums = Get-Content (Join-Path $out SHA256SUMS)
        $sums | Should -HaveCount 2
        foreach ($line in $sums) {
            $sum, $name = $line -split '  '
            (Get-FileHash (Join-Path $out $name) -Algorithm SHA256).Hash | Should -Be $sum
        }
    }

    It 'is what a gallery takes, and installs from there' {
        $packageHome = New-Item -ItemType Directory (Join-Path $TestDrive home)
        $installed = & pwsh -NoProfile -NonInteractive -Command @"
            `$ErrorActionPreference = 'Stop'
            `$env:HOME = '$packageHome'
            pwsh -NoProfile -NonInteractive -Command {
                `$ErrorActionPreference = 'Stop'
                Register-PSResourceRepository -Name here -Uri '$out' -Trusted
                Install-PSResource PbsModule -Repository here
                `$resource = Get-InstalledPSResource PbsModule
                `$resource.Type, `$resource.Version, `$resource.Includes.Cmdlet.Count, (Get-PbsSnapshot '$Store' -BackupType vm | Select-Object -First 1).BackupId -join ' '
            }
"@
        $installed | Select-Object -Last 1 | Should -Be "Module $version $(@((Import-PowerShellDataFile (Join-Path $out PbsModule/PbsModule.psd1)).CmdletsToExport).Count) 100"
    }

    It 'can be imported from where it was copied to' {
        $modules = Join-Path $TestDrive modules
        Expand-Archive (Join-Path $out "PbsModule.$version.zip") $modules
        $found = & pwsh -NoProfile -NonInteractive -Command "`$env:PSModulePath = '$modules'; (Get-PbsSnapshot '$Store' -BackupType vm | Select-Object -First 1).BackupId"
        $found | Should -Be '100'
    }
}
