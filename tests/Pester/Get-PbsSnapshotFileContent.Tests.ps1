Describe 'Get-PbsSnapshotFileContent' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
        $vm = 'vm/100/2024-05-12T00:00:02Z'
        $enc = 'host/enc/2024-04-02T08:00:00Z'
        $key = Join-Path $PSScriptRoot ../corpus/keys/enc-kdf-none.json
    }
    AfterAll { Disconnect-PbsServer }

    It 'writes lines, a text, or bytes' {
        $lines = @(Get-PbsSnapshotFileContent ds1 $vm qemu-server.conf.blob)
        $lines[0] | Should -Be 'boot: order=scsi0'
        $lines[-1] | Should -Not -BeNullOrEmpty
        $raw = Get-PbsSnapshotFileContent ds1 $vm qemu-server.conf.blob -Raw
        $raw | Should -Be (($lines -join "`n") + "`n")
        $bytes = Get-PbsSnapshotFileContent ds1 $vm qemu-server.conf.blob -AsByteStream
        , $bytes | Should -BeOfType byte[]
        $bytes.Length | Should -Be 130
        (Get-PbsSnapshotFileContent ds1 $vm index.json.blob | ConvertFrom-Json).'backup-id' | Should -Be '100'
    }

    It 'takes snapshots, files, texts and rows' {
        @(Get-PbsSnapshot ds1 -BackupType vm | Get-PbsSnapshotFileContent -FileName fw.conf.blob -Raw).Count | Should -Be 2
        @(Get-PbsGroup ds1 vm/100 | Get-PbsSnapshotFileContent -FileName fw.conf.blob -Raw).Count | Should -Be 2
        @(Get-PbsSnapshotFile ds1 $vm -FileName *.blob | Get-PbsSnapshotFileContent -Raw).Count | Should -Be 4
        ($vm | Get-PbsSnapshotFileContent -Datastore ds1 -FileName fw.conf.blob)[0] | Should -Be '[OPTIONS]'
        (Get-PbsSnapshotFile ds1 $vm -FileName fw.conf.blob | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsSnapshotFileContent)[0] | Should -Be '[OPTIONS]'
        @(Get-PbsSnapshotFileContent ds1 $vm * -Raw).Count | Should -Be 4
    }

    It 'decrypts, and says what needs a key' {
        Get-PbsSnapshotFileContent ds1 $enc app.conf.blob, client.log.blob -KeyFile $key | Should -Not -BeNullOrEmpty
        { Get-PbsSnapshotFileContent ds1 $enc app.conf.blob -ErrorAction Stop } | Should -Throw -ErrorId 'KeyRequired,*'
        (Get-PbsSnapshotFileContent ds1 $enc rsa-encrypted.key.blob -AsByteStream).Length | Should -Be 512
    }

    It 'refuses what is no blob, is not there, or damaged, and goes on' {
        { Get-PbsSnapshotFileContent ds1 $vm drive-scsi0.img.fidx -ErrorAction Stop } | Should -Throw -ErrorId 'FileNotDecodable,*'
        $failed = $null
        @(Get-PbsSnapshotFileContent ds1 $vm none.blob, fw.conf.blob -Raw -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'SnapshotFileNotFound,PbsModule.Commands.GetPbsSnapshotFileContentCommand'
        Get-PbsSnapshotFileContent ds1 $vm none* -ErrorAction Stop | Should -BeNullOrEmpty
        { Get-PbsSnapshotFileContent $Corrupt vm/100/2024-05-05T00:00:02Z fw.conf.blob -ErrorAction Stop } | Should -Throw "wrong checksum for file 'fw.conf.blob'"
        { Get-PbsSnapshotFileContent $Corrupt ct/101/2024-02-29T22:15:00Z pct.conf.blob -ErrorAction Stop } | Should -Throw -ErrorId 'BlobChecksumMismatch,*'
    }

    It 'changes nothing' {
        $before = Get-Fingerprint $Store
        $null = Get-PbsSnapshot ds1 -BackupType vm, ct | Get-PbsSnapshotFileContent -FileName *
        Get-Fingerprint $Store | Should -Be $before
    }

    It 'ends early, runs in parallel, completes blobs alone' {
        @(Get-PbsSnapshot ds1 -BackupType ct | Get-PbsSnapshotFileContent -FileName * | Select-Object -First 2).Count | Should -Be 2
        @(Get-PbsSnapshot ds1 -BackupType ct | ForEach-Object -Parallel { $_ | Get-PbsSnapshotFileContent -FileName pct.conf.blob -Raw }).Count | Should -Be 3
        (Get-Completion "Get-PbsSnapshotFileContent ds1 $vm ").CompletionText | Should -Be 'qemu-server.conf.blob', 'fw.conf.blob', 'index.json.blob', 'client.log.blob'
    }
}
