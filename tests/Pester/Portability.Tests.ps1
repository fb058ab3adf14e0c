Describe 'PowerShell without native code' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1

        # What a script says in a PowerShell of its own, with variables that are set before it starts.
        function Invoke-Apart {
            param([string] $Script, [hashtable] $Environment)
            $before = @{}
            foreach ($name in $Environment.Keys) {
                $before[$name] = [Environment]::GetEnvironmentVariable($name)
                [Environment]::SetEnvironmentVariable($name, $Environment[$name])
            }
            try {
                $text = "Import-Module '$env:PBS_TEST_MODULE'; `$Store = '$Store'; `$WarningPreference = 'SilentlyContinue'; $Script"
                & pwsh -NoProfile -NonInteractive -Command $text
            }
            finally {
                foreach ($name in $before.Keys) { [Environment]::SetEnvironmentVariable($name, $before[$name]) }
            }
        }

        $Listing = 'Get-PbsSnapshot $Store -Recurse | Select-Object Datastore, Namespace, BackupType, BackupId, BackupTime, Size, Comment, Owner, VerifyState | ConvertTo-Json -Depth 4'
        $Reading = @'
$file = Join-Path ([System.IO.Path]::GetTempPath()) ([guid]::NewGuid())
$null = Save-PbsSnapshotFile $Store -Snapshot host/alpha/2022-11-05T10:00:00Z -FileName root.pxar.didx -Destination $file -Decode
(Get-FileHash $file).Hash
Remove-Item $file
Test-PbsSnapshot $Store host/alpha/2022-11-05T10:00:00Z
(Get-PbsNote $Store host/alpha/2022-11-05T10:00:00Z).Text
'@
    }

    It 'lists the same with PBS_NATIVE=off' {
        $plain = Invoke-Apart $Listing @{}
        $plain.Count | Should -BeGreaterThan 100
        Invoke-Apart $Listing @{ PBS_NATIVE = 'off' } | Should -Be $plain
    }

    It 'reads and verifies the same with PBS_NATIVE=off and with PBS_ZSTD=managed' {
        $plain = Invoke-Apart $Reading @{}
        $plain[1] | Should -Be 'True'
        Invoke-Apart $Reading @{ PBS_NATIVE = 'off' } | Should -Be $plain
        Invoke-Apart $Reading @{ PBS_ZSTD = 'managed' } | Should -Be $plain
    }

    It 'does not write to a datastore whose locks it cannot take' {
        $script = 'try { Set-PbsNote $Store host/alpha text -ErrorAction Stop } catch { $_.FullyQualifiedErrorId.Split(",")[0]; "$_" }'
        $said = Invoke-Apart $script @{ PBS_NATIVE = 'off' }
        $said[0] | Should -Be LocksNotVisible
        $said[1] | Should -BeLike '*PBS_NATIVE=off*'
    }
}
