<#
.SYNOPSIS
Runs the Pester suite and writes its results as JSON. Started by the test PesterSuite, which unpacks the stores;
by hand: ./build.ps1 Test -Pester [-File tests/Pester/Get-PbsGroup.Tests.ps1].
.DESCRIPTION
PBS_PESTER names the Pester to run, PBS_PESTER_FILE the only file to run. Processes that share a folder
PBS_PESTER_CLAIMS share the files: each runs those that no other has taken before.
#>
param(
    [Parameter(Mandatory)]
    [string] $ReportPath
)

# The module alone, under its own name, where PowerShell finds it by itself: as installed.
$installed = Join-Path ([System.IO.Path]::GetTempPath()) "pbs-modules-$([guid]::NewGuid().ToString('N'))"
$null = New-Item -ItemType Directory (Join-Path $installed PbsModule)
Get-ChildItem (Split-Path $env:PBS_TEST_MODULE) |
    Where-Object { $_.PSIsContainer -or $_.Extension -in '.dll', '.psd1', '.ps1xml' } |
    Copy-Item -Destination (Join-Path $installed PbsModule) -Recurse
$env:PSModulePath = $installed + [System.IO.Path]::PathSeparator + $env:PSModulePath
$env:PBS_TEST_MODULE = Join-Path $installed PbsModule PbsModule.psd1
# A loaded machine may be slow, but Tab must offer everything.
$env:PBS_TAB_TIMEOUT = '30000'

if ($env:PBS_PESTER) { Import-Module $env:PBS_PESTER } else { Import-Module Pester -MinimumVersion 5.7 }

# Whether this process is the one to run a file.
function Test-Claim {
    param([System.IO.FileInfo] $File)
    if (-not $env:PBS_PESTER_CLAIMS) { return $true }
    $claim = Join-Path $env:PBS_PESTER_CLAIMS $File.Name
    try { [System.IO.File]::Open($claim, 'CreateNew').Dispose() } catch [System.IO.IOException] { return $false }
    $true
}

function Invoke-File {
    param([System.IO.FileInfo] $File)
    $configuration = New-PesterConfiguration
    $configuration.Run.Path = $File.FullName
    $configuration.Run.PassThru = $true
    $configuration.Output.Verbosity = 'Normal'
    $configuration.Output.RenderMode = 'Plaintext'
    $run = Invoke-Pester -Configuration $configuration
    $broken = @($run.Containers) + @($run.Containers.Blocks) | Where-Object ErrorRecord
    $failures = @($run.Tests | Where-Object Result -eq Failed) + @($broken) | ForEach-Object {
        ($_.ExpandedPath ?? $_.Name ?? $File.Name) + ": " + ($_.ErrorRecord | Out-String).Trim()
    }
    $skipped = $run.Tests | Where-Object Result -eq Skipped | ForEach-Object {
        "$($_.ExpandedPath) $($_.ErrorRecord ? $_.ErrorRecord[0].Exception.Message : 'is skipped without a reason')"
    }
    [pscustomobject]@{
        Name     = $File.Name
        Passed   = @($run.Tests | Where-Object Result -eq Passed).Count
        Failed   = @($failures).Count
        Skipped  = [string[]] @($skipped)
        Seconds  = $run.Duration.TotalSeconds
        Failures = [string[]] @($failures)
    }
}

# What takes long comes first, so that no process works on alone at the end.
$long = 'Examples.Tests.ps1', 'Package.Tests.ps1'
$files = if ($env:PBS_PESTER_FILE) { Get-Item $env:PBS_PESTER_FILE }
else { Get-ChildItem $PSScriptRoot -Filter *.Tests.ps1 }
$results = foreach ($file in $files | Sort-Object { $_.Name -notin $long }, { -$_.Length }) {
    if (Test-Claim $file) { Invoke-File $file }
}

ConvertTo-Json @($results) -Depth 4 | Set-Content $ReportPath
Remove-Item $installed -Recurse -Force -ErrorAction Ignore
exit 0
