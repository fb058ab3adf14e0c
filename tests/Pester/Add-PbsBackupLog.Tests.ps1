Describe 'Add-PbsBackupLog' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $alpha = 'host/alpha/2024-10-27T01:30:00Z'
        $log = Join-Path $TestDrive client.log
        Set-Content $log "line 1`nline 2"
    }
    BeforeEach {
        $server = Connect-TestServer
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId backup@pbs
    }
    AfterAll { Disconnect-PbsServer }

    It 'adds a text as a blob' {
        Add-PbsBackupLog ds1 $alpha $log | Should -BeNullOrEmpty
        (Get-PbsSnapshotFile ds1 $alpha).FileName | Should -Contain 'client.log.blob'
        $bytes = [System.IO.File]::ReadAllBytes((Join-Path $server.Store $alpha client.log.blob))
        [convert]::ToHexString($bytes[0..7]) | Should -BeIn '42AB3807BE8370A1', '31B958426FB6A37F'
    }

    It 'takes snapshots, texts, keys, files and rows' {
        (Get-PbsSnapshot ds1 $alpha | Add-PbsBackupLog -LogFile $log -PassThru).FileName | Should -Be 'client.log.blob'
        $keys = @{ BackupType = 'host'; BackupId = 'alpha' }
        "$(Add-PbsBackupLog ds1 @keys -BackupTime 2022-11-05T10:00:00Z -LogFile $log -PassThru)" | Should -BeLike 'host/alpha/2022*/client.log.blob'
        'host/alpha/2024-06-01T12:00:00Z' | Add-PbsBackupLog -Datastore ds1 -LogFile $log
        Get-PbsSnapshot ds1 host/alpha/2023-03-26T00:30:00Z | ConvertTo-Csv | ConvertFrom-Csv | Add-PbsBackupLog -LogFile $log
        @(Get-PbsSnapshotFile ds1 @keys -FileName client.log.blob).Count | Should -Be 4
        $other = Get-PbsSnapshot ds1 @keys | Where-Object { 'client.log.blob' -notin $_.Files.FileName }
        (Get-Item $log | Add-PbsBackupLog ds1 "$other" -PassThru).BackupId | Should -Be 'alpha'
    }

    It 'stores a blob as it is, and refuses a damaged one' {
        $blob = Join-Path $server.Store vm/100/2024-05-12T00:00:02Z/client.log.blob
        Add-PbsBackupLog ds1 $alpha $blob
        (Get-FileHash (Join-Path $server.Store $alpha client.log.blob)).Hash | Should -Be (Get-FileHash $blob).Hash
        $bytes = [System.IO.File]::ReadAllBytes($blob)
        $bytes[-1] = $bytes[-1] -bxor 1
        $damaged = Join-Path $TestDrive damaged.blob
        [System.IO.File]::WriteAllBytes($damaged, $bytes)
        { Add-PbsBackupLog ds1 host/alpha/2024-06-01T12:00:00Z $damaged -ErrorAction Stop } | Should -Throw -ErrorId 'BlobChecksumMismatch,*'
    }

    It 'refuses a second log' {
        Add-PbsBackupLog ds1 $alpha $log
        $before = Get-Fingerprint $server.Store
        { Add-PbsBackupLog ds1 $alpha $log -ErrorAction Stop } | Should -Throw 'backup already contains a log.' -ErrorId 'BackupLogExists,*'
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'is for the owner alone, not even for root@pam' {
        { Add-PbsBackupLog ds1 vm/100/2024-05-12T00:00:02Z $log -ErrorAction Stop } | Should -Throw 'there is no group ''vm/100'' in datastore ''ds1'', root namespace' -ErrorId 'GroupNotFound,*'
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run
        { Add-PbsBackupLog ds1 $alpha $log -ErrorAction Stop } | Should -Throw 'backup owner check failed (root@pam != backup@pbs)' -ErrorId 'OwnerMismatch,*'
        $failed = $null
        Add-PbsBackupLog ds1 $alpha $log -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].ErrorDetails.RecommendedAction | Should -Be 'Connect as the owner: no privilege replaces ownership here.'
    }

    It 'wants to be told which snapshot' {
        { Add-PbsBackupLog ds1 host/alpha $log -ErrorAction Stop } | Should -Throw -ErrorId 'SnapshotRequired,*'
        { Get-PbsGroup ds1 host/alpha | Add-PbsBackupLog -LogFile $log -ErrorAction Stop } | Should -Throw -ErrorId 'SnapshotRequired,*'
        { Get-PbsDatastore ds1 | Add-PbsBackupLog -LogFile $log -ErrorAction Stop } | Should -Throw
    }

    It 'reports what is not there, and goes on' {
        $failed = $null
        @(Add-PbsBackupLog ds1 host/alpha/2000-01-01T00:00:00Z, $alpha $log -PassThru -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'SnapshotNotFound,PbsModule.Commands.AddPbsBackupLogCommand'
        { Add-PbsBackupLog ds1 host/alpha/2024-06-01T12:00:00Z (Join-Path $TestDrive none) -ErrorAction Stop } | Should -Throw -ErrorId 'LogFileNotFound,*'
    }

    It 'changes nothing with -WhatIf, and checks all the same' {
        $before = Get-Fingerprint $server.Store
        Get-PbsSnapshot ds1 $alpha | Add-PbsBackupLog -LogFile $log -WhatIf -PassThru | Should -BeNullOrEmpty
        { Add-PbsBackupLog ds1 $alpha (Join-Path $TestDrive none) -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'LogFileNotFound,*'
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'takes a path relative to the current location' {
        Push-Location $TestDrive
        try { (Add-PbsBackupLog ds1 $alpha client.log -PassThru).FileName | Should -Be 'client.log.blob' }
        finally { Pop-Location }
    }

    It 'completes snapshots' {
        (Get-Completion 'Add-PbsBackupLog ds1 -Snapshot host/alpha/2022').CompletionText | Should -Be 'host/alpha/2022-11-05T10:00:00Z'
    }
}
