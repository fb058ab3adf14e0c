Describe 'The lock of a snapshot that is read' -Skip:(-not $IsLinux) {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $copy = Join-Path $TestDrive locked
        Copy-Item $Store $copy -Recurse
        $run = (New-Item -ItemType Directory (Join-Path $TestDrive run)).FullName
        $null = Connect-PbsServer (New-ConfigRoot @{ ds1 = $copy }) -RunRoot $run
        $alpha = 'host/alpha/2024-10-27T01:30:00Z'
        $vm = 'vm/100/2024-05-12T00:00:02Z'
        $out = (New-Item -ItemType Directory (Join-Path $TestDrive out)).FullName
        $start = [System.Diagnostics.ProcessStartInfo]::new($env:PBS_TEST_DOTNET, [string[]] @($env:PBS_TEST_PROBE))
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $server = [System.Diagnostics.Process]::Start($start)
        function Invoke-Server {
            param([string[]] $Word)
            $server.StandardInput.WriteLine($Word -join "`t")
            $server.StandardOutput.ReadLine()
        }

        function Invoke-ServerTake {
            param([string] $Snapshot)
            Invoke-Server take, $Snapshot, snapshot, Exclusive, $copy, ds1, $run, $Snapshot
        }

        function Remove-ServerLock {
            param([string] $Snapshot)
            $null = Invoke-Server release, $Snapshot
        }
    }

    AfterAll {
        Disconnect-PbsServer
        if ($server) { $server.Kill(); $server.WaitForExit(); $server.Dispose() }
    }

    It 'is asked for by <Name>' -TestCases @(
        @{ Name = 'Expand-PbsArchive'; Read = { Expand-PbsArchive ds1 $alpha -Archive root.pxar -Destination (Join-Path $out tree) -ErrorAction Stop } }
        @{ Name = 'Save-PbsArchiveItem'; Read = { Save-PbsArchiveItem ds1 $alpha /etc/hostname $out -Archive root.pxar -ErrorAction Stop } }
        @{ Name = 'Save-PbsSnapshotFile'; Read = { Save-PbsSnapshotFile ds1 $vm fw.conf.blob $out -ErrorAction Stop } }
        @{ Name = 'Get-PbsSnapshotFileContent'; Read = { Get-PbsSnapshotFileContent ds1 $vm fw.conf.blob -ErrorAction Stop } }
        @{ Name = 'Get-PbsArchiveItem'; Read = { Get-PbsArchiveItem ds1 $alpha -ErrorAction Stop } }
        @{ Name = 'Get-PbsCatalogItem'; Read = { Get-PbsCatalogItem ds1 $alpha -ErrorAction Stop } }
        @{ Name = 'Find-PbsFile'; Read = { Find-PbsFile ds1 -BackupId alpha -Name hostname -ErrorAction Stop } }
        @{ Name = 'Compare-PbsSnapshot'; Read = { Compare-PbsSnapshot ds1 $alpha -ErrorAction Stop } }
        @{ Name = 'the content of a file on the drive'; Read = { Get-Content "Pbs:/ds1/$($alpha.Replace(':', '.'))/root.pxar/etc/hostname" -ErrorAction Stop } }
        @{ Name = 'a listing on the drive'; Read = { Get-ChildItem "Pbs:/ds1/$($alpha.Replace(':', '.'))/root.pxar/etc" -ErrorAction Stop } }
    ) {
        try {
            foreach ($snapshot in $alpha, $vm) { Invoke-ServerTake $snapshot | Should -Be held }
            $failure = { & $Read } | Should -Throw -ErrorId 'SnapshotLocked,*' -PassThru
            $failure.CategoryInfo.Category | Should -Be ResourceBusy
            $failure.Exception.Message | Should -BeLike '* - locked by another operation'
            $failure.ErrorDetails.RecommendedAction | Should -Be 'Try again when that has ended.'
        }
        finally { foreach ($snapshot in $alpha, $vm) { Remove-ServerLock $snapshot } }
        Get-ChildItem $out | Should -BeNullOrEmpty
        $null = & $Read
        foreach ($snapshot in $alpha, $vm) {
            Invoke-ServerTake $snapshot | Should -Be held
            Remove-ServerLock $snapshot
        }

        Get-ChildItem $out | Remove-Item -Recurse -Force -ErrorAction Ignore
        if (Test-Path $out/tree) { & rm -rf $out/tree }
    }

    It 'keeps the snapshot from this process, too, and ends with Select-Object' {
        $failed = $null
        $null = Get-PbsArchiveItem ds1 $alpha -Archive root.pxar -Recurse | Select-Object -First 2 |
            ForEach-Object { Remove-PbsSnapshot ds1 $alpha -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable +failed; Invoke-ServerTake $alpha | Should -BeLike 'error PbsLockedException: *' }
        $failed.FullyQualifiedErrorId | Should -Be 'SnapshotLocked,PbsModule.Commands.RemovePbsSnapshotCommand', 'SnapshotLocked,PbsModule.Commands.RemovePbsSnapshotCommand'
        "$($failed[0])" | Should -BeLike '* - possibly running or in use'
        Invoke-ServerTake $alpha | Should -Be held
        Remove-ServerLock $alpha
    }

    It 'ends with an error' {
        { Get-PbsArchiveItem ds1 $alpha -Archive root.pxar -Recurse | ForEach-Object { throw 'enough' } } | Should -Throw 'enough'
        Invoke-ServerTake $alpha | Should -Be held
        Remove-ServerLock $alpha
    }

    It 'is not searched while a backup writes it, and that is no error' {
        $new = Join-Path $copy host/alpha/2025-01-01T00:00:00Z
        $null = New-Item -ItemType Directory $new
        try {
            Invoke-ServerTake 'host/alpha/2025-01-01T00:00:00Z' | Should -Be held
            $null = Find-PbsFile ds1 -BackupId alpha -Name hostname -ErrorVariable failed -WarningVariable warned -WarningAction SilentlyContinue
            $failed | Should -BeNullOrEmpty
            "$warned" | Should -BeLike '*2025-01-01T00:00:00Z (it is not finished)*'
        }
        finally {
            Remove-ServerLock 'host/alpha/2025-01-01T00:00:00Z'
            Remove-Item $new
        }
    }

    It 'is said once to be missing where it cannot be taken' {
        # A file where the folder of the locks belongs: not a directory is no reason; a folder nobody may write to is, but not for root.
        if ((id -u) -eq 0) { Set-ItResult -Skipped -Because 'root may write everywhere' }
        & chmod 0555 $run
        try {
            $null = Get-PbsArchiveItem ds1 -BackupType host -BackupId alpha -Archive root.pxar -WarningVariable warned -WarningAction SilentlyContinue
            @($warned | Where-Object { $_ -like '*is read without one of its locks*' }).Count | Should -Be 1
        }
        finally { & chmod 0755 $run }
    }

    It 'leaves nothing beside a datastore that is opened by its path' {
        $before = Get-Fingerprint $copy
        $null = Get-PbsArchiveItem $copy $alpha -Archive root.pxar -WarningVariable warned
        $warned | Should -BeNullOrEmpty
        Get-Fingerprint $copy | Should -Be $before
    }
}
