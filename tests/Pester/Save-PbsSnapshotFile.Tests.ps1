Describe 'Save-PbsSnapshotFile' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
        $vm = 'vm/100/2024-05-12T00:00:02Z'
        $enc = 'host/enc/2024-04-02T08:00:00Z'
        $damaged = 'host/multi.chunk_test-1/2024-01-16T06:07:08Z'
        $keys = Join-Path $PSScriptRoot ../corpus/keys
        $key = Join-Path $keys enc-kdf-none.json
        $expected = Get-Content (Join-Path $PSScriptRoot ../corpus/ds1.expected/decoded.json) -Raw | ConvertFrom-Json -AsHashtable
        function Get-Hash { param([string] $Path) (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash.ToLowerInvariant() }
    }
    BeforeEach {
        $out = (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid().ToString('N')))).FullName
    }
    AfterAll { Disconnect-PbsServer }

    It 'copies a file as it is, or writes what it holds' {
        $raw = Save-PbsSnapshotFile ds1 $vm drive-scsi0.img.fidx $out
        $raw | Should -BeOfType System.IO.FileInfo
        $raw.FullName | Should -Be (Join-Path $out drive-scsi0.img.fidx)
        Get-Hash $raw.FullName | Should -Be $expected["$vm/drive-scsi0.img.fidx"]['raw-sha256']
        $image = Save-PbsSnapshotFile ds1 $vm drive-scsi0.img.fidx $out -Decode
        $image.Name, $image.Length | Should -Be 'drive-scsi0.img', 16MB
        Get-Hash $image.FullName | Should -Be $expected["$vm/drive-scsi0.img.fidx"].sha256
        (Save-PbsSnapshotFile ds1 $vm fw.conf.blob (Join-Path $out my.conf) -Decode | Get-Content)[0] | Should -Be '[OPTIONS]'
    }

    It 'refuses several snapshots for one place before anything is written' {
        $failed = $null
        Save-PbsSnapshotFile ds1 vm/100 fw.conf.blob $out -Force -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed | Should -HaveCount 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'ParametersConflict,PbsModule.Commands.SavePbsSnapshotFileCommand'
        "$failed" | Should -BeLike '2 snapshots would be written to "*fw.conf.blob": vm/100/2024-05-05T00:00:02Z, vm/100/2024-05-12T00:00:02Z'
        $failed[0].ErrorDetails.RecommendedAction | Should -BeLike '*-FolderPerSnapshot*'
        { Get-PbsSnapshot ds1 -BackupType vm | Save-PbsSnapshotFile -FileName *.conf.blob -Destination $out -ErrorAction Stop } | Should -Throw -ErrorId 'ParametersConflict,*'
        { Get-PbsSnapshot ds1 -BackupType vm | Save-PbsSnapshotFile -FileName fw.conf.blob -Destination (Join-Path $out one) -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'ParametersConflict,*'
        Get-ChildItem $out | Should -BeNullOrEmpty

        # One that cannot be looked into might have anything.
        { 'vm/100/2024-05-12T00:00:02Z', 'vm/100/2024-05-13T00:00:00Z' | Save-PbsSnapshotFile -Datastore ds1 -FileName f*.blob -Destination $out -ErrorAction SilentlyContinue; Get-ChildItem $out } | Should -Not -Throw
        Get-ChildItem $out | Should -BeNullOrEmpty
    }

    It 'gives each snapshot a folder of its own' {
        $new = Join-Path $out new
        $saved = Save-PbsSnapshotFile ds1 vm/100 fw.conf.blob, qemu-server.conf.blob $new -Decode -FolderPerSnapshot
        $saved.FullName | Should -Be @(foreach ($time in '05', '12') { foreach ($name in 'fw.conf', 'qemu-server.conf') { Join-Path $new "vm_100_2024-05-${time}T00.00.02Z" $name } })
        Get-PbsSnapshot ds1 -Recurse -BackupType vm -BackupId 200 | Save-PbsSnapshotFile -FileName qemu-server.conf.blob -Destination $new -FolderPerSnapshot |
            ForEach-Object { Split-Path -Leaf $_.DirectoryName } | Should -BeLike '*+vm_200_*'
        { Save-PbsSnapshotFile ds1 vm/100 fw.conf.blob $new -Decode -FolderPerSnapshot -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationExists,*'
        { Save-PbsSnapshotFile ds1 vm/100 fw.conf.blob $Store -FolderPerSnapshot -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationGuarded,*'
        if ($IsLinux) { (Get-Item $new).UnixMode, (Get-Item $saved[0].DirectoryName).UnixMode | Should -Be 'drwx------', 'drwx------' }
    }

    It 'refuses several files of a snapshot for one name before anything is written' {
        $one = Join-Path $out one
        foreach ($names in @('fw.conf.blob', 'qemu-server.conf.blob'), @('none.blob', 'fw.conf.blob'), '*.conf.blob') {
            foreach ($how in @{}, @{ Force = $true }, @{ WhatIf = $true }) {
                { Save-PbsSnapshotFile ds1 $vm $names $one @how -ErrorAction Stop } | Should -Throw '2 files would be written to "*one": *' -ErrorId 'ParametersConflict,*'
            }
        }
        { Get-PbsSnapshotFile ds1 $vm -FileName *.conf.blob | Save-PbsSnapshotFile -Destination $one -ErrorAction Stop } | Should -Throw -ErrorId 'ParametersConflict,*'
        Get-ChildItem $out | Should -BeNullOrEmpty
        @(Save-PbsSnapshotFile ds1 $vm *.conf.blob $out).Count | Should -Be 2
    }

    It 'takes snapshots, files, texts, keys and rows' {
        @(Get-PbsSnapshot ds1 $vm | Save-PbsSnapshotFile -FileName *.conf.blob -Destination $out -Decode).Name | Should -Be 'qemu-server.conf', 'fw.conf'
        @(Get-PbsSnapshotFile ds1 $vm | Save-PbsSnapshotFile -Destination $out).Count | Should -Be 6
        ($vm | Save-PbsSnapshotFile -Datastore ds1 -FileName fw.conf.blob -Destination (Join-Path $out a)).Name | Should -Be 'a'
        (Save-PbsSnapshotFile ds1 -BackupType vm -BackupId 100 -BackupTime 2024-05-12T00:00:02Z -FileName fw.conf.blob -Destination (Join-Path $out b)).Name | Should -Be 'b'
        (Save-PbsSnapshotFile ds1 vm/200/2024-07-03T00:00:00Z qemu-server.conf.blob (Join-Path $out c) -Namespace a/b).Length | Should -BeGreaterThan 0
        $csv = Join-Path $out files.csv
        Get-PbsSnapshotFile ds1 $vm -FileName qemu* | Select-Object *, @{ n = 'Destination'; e = { Join-Path $out d } } | Export-Csv $csv
        (Import-Csv $csv | Save-PbsSnapshotFile).Name | Should -Be 'd'
    }

    It 'gives each its own destination by a script block, and never overwrites its own' {
        Push-Location $out
        try {
            @(Get-PbsSnapshot ds1 -BackupType vm | Save-PbsSnapshotFile -FileName fw.conf.blob -Destination { "$($_.BackupTime.ToUnixTimeSeconds()).conf" } -Decode).Count | Should -Be 2
            $failed = $null
            @($vm, $vm | Save-PbsSnapshotFile -Datastore ds1 -FileName fw.conf.blob -Destination one -Force -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 1
            $failed[0].FullyQualifiedErrorId | Should -Be 'DestinationExists,PbsModule.Commands.SavePbsSnapshotFileCommand'
            $failed[0].CategoryInfo.Category | Should -Be 'ResourceExists'
        }
        finally { Pop-Location }
    }

    It 'does not call for -Force where files of one call meet in one place' {
        $failed = $null
        Save-PbsSnapshotFile ds1 $vm *.conf.blob (Join-Path $out one) -Decode -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed[0].ErrorDetails.RecommendedAction | Should -BeLike 'Nothing was written. Name a folder*'
        $null = $vm, $vm | Save-PbsSnapshotFile -Datastore ds1 -FileName fw.conf.blob -Destination (Join-Path $out one) -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].ErrorDetails.RecommendedAction | Should -BeLike 'Name a folder*'
    }

    It 'warns once that an index is not the data' {
        $null = Save-PbsSnapshotFile ds1 $vm *.fidx $out -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -HaveCount 1
        "$warned" | Should -BeLike "*not its data: -Decode writes that"
        $null = Save-PbsSnapshotFile ds1 $vm *.fidx $out -Decode -WarningVariable warned
        $null = Save-PbsSnapshotFile ds1 $vm *.blob $out -WarningVariable +warned
        $warned | Should -BeNullOrEmpty
    }

    It 'tells the name of the file that was meant' {
        $failed = $null
        Save-PbsSnapshotFile ds1 $vm drive-scsi0.img $out -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].ErrorDetails.RecommendedAction | Should -BeLike "*'drive-scsi0.img.fidx'*"
    }

    It 'replaces only with -Force' {
        $path = Join-Path $out fw.conf
        Set-Content $path mine
        { Save-PbsSnapshotFile ds1 $vm fw.conf.blob $out -Decode -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationExists,*'
        Get-Content $path | Should -Be 'mine'
        (Save-PbsSnapshotFile ds1 $vm fw.conf.blob $out -Decode -Force).Length | Should -Be 20
        { Save-PbsSnapshotFile ds1 $vm fw.conf.blob (Join-Path $out none/x) -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationNotFound,*'
        { Save-PbsSnapshotFile ds1 $vm fw.conf.blob $Store -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationGuarded,*'
    }

    It 'decrypts with a key file, with and without password' {
        $saved = @(Get-PbsSnapshotFile ds1 $enc | Save-PbsSnapshotFile -Destination $out -Decode -KeyFile $key)
        $saved.Count | Should -Be 7
        foreach ($file in $saved) {
            $name = @(Get-PbsSnapshotFile ds1 $enc).FileName | Where-Object { [System.IO.Path]::GetFileNameWithoutExtension($_) -eq $file.Name }
            Get-Hash $file.FullName | Should -Be $expected["$enc/$name"].sha256
        }
        $password = ConvertTo-SecureString golden-password -AsPlainText
        $opened = Save-PbsSnapshotFile ds1 $enc app.conf.blob (Join-Path $out pbkdf2) -Decode -KeyFile (Join-Path $keys enc-kdf-pbkdf2.json) -KeyPassword $password
        Get-Hash $opened.FullName | Should -Be $expected["$enc/app.conf.blob"].sha256
        { Save-PbsSnapshotFile ds1 $enc app.conf.blob (Join-Path $out x) -Decode -KeyFile (Join-Path $keys enc-kdf-pbkdf2.json) } | Should -Throw -ErrorId 'KeyPasswordRequired,*'
    }

    It 'refuses what is encrypted without a key, and a wrong key, before anything is written' {
        $failed = $null
        @(Save-PbsSnapshotFile ds1 $enc * $out -Decode -ErrorAction SilentlyContinue -ErrorVariable failed).Name | Sort-Object | Should -Be 'index.json', 'rsa-encrypted.key'
        $failed.Count | Should -Be 5
        "$($failed[0])" | Should -BeLike "cannot decode '*' - is encrypted*"
        $wrong = Join-Path $out wrong.json
        @{ kdf = $null; created = '2024-01-01T00:00:00Z'; modified = '2024-01-01T00:00:00Z'; data = [convert]::ToBase64String([byte[]]::new(32)) } | ConvertTo-Json | Set-Content $wrong
        { Save-PbsSnapshotFile ds1 $enc disk.img.fidx $out -Decode -KeyFile $wrong -ErrorAction Stop } | Should -Throw -ErrorId 'KeyMismatch,*'
        @(Get-ChildItem $out).Name | Sort-Object | Should -Be 'index.json', 'rsa-encrypted.key', 'wrong.json'
        Save-PbsSnapshotFile ds1 $enc disk.img.fidx $out -KeyFile $key -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike '*without -Decode*'
    }

    It 'fails on a damaged chunk, or fills it with zeros and tells each gap' {
        { Save-PbsSnapshotFile $Corrupt $damaged multi.pxar.didx $out -Decode -ErrorAction Stop } | Should -Throw -ErrorId 'BlobChecksumMismatch,*'
        Get-ChildItem $out -Force | Should -BeNullOrEmpty
        $result = @(Save-PbsSnapshotFile $Corrupt $damaged multi.pxar.didx $out -Decode -AllowMissingChunk -WarningVariable warned -WarningAction SilentlyContinue)
        $gaps = @($result | Where-Object { $_ -is [PbsModule.Core.Features.Content.ContentGapInfo] })
        $gaps.Count, $result[-1].Name, $result[-1].Length | Should -Be 3, 'multi.pxar', 1100461
        "$($gaps.Offset)" | Should -Be "$($gaps.Offset | Sort-Object)"
        ($gaps | Where-Object Fault -eq Missing).Digest | Should -Be 'd70fb5db53838c0d13fe6ec1056b2579091b951850b0d50c5d635416c7b14946'
        "$warned" | Should -BeLike "*344326 bytes in 3 chunks*"
        $gaps | Out-String -Width 120 | Should -Match '(?s)Zeros in: .*Offset +Length Fault +Digest'
        ($gaps | ConvertTo-Csv | ConvertFrom-Csv)[0].FileName | Should -Be 'multi.pxar.didx'
        ($gaps | ConvertTo-Json -Depth 4 -EnumsAsStrings | ConvertFrom-Json)[0].Fault | Should -Be 'Damaged'
        # A gap leads back to its snapshot.
        "$($gaps[0] | Get-PbsSnapshot)" | Should -Be $damaged
    }

    It 'reports what is not there, and goes on' {
        $failed = $null
        @(Save-PbsSnapshotFile ds1 $vm none.blob, fw.conf.blob $out -ErrorAction SilentlyContinue -ErrorVariable failed).Name | Should -Be 'fw.conf.blob'
        $failed[0].FullyQualifiedErrorId | Should -Be 'SnapshotFileNotFound,PbsModule.Commands.SavePbsSnapshotFileCommand'
        "$($failed[0].TargetObject)" | Should -Be "$vm/none.blob"
        Save-PbsSnapshotFile ds1 $vm none* $out -ErrorAction Stop | Should -BeNullOrEmpty
        { Save-PbsSnapshotFile ds1 vm/100/2020-01-01T00:00:00Z fw.conf.blob $out -ErrorAction Stop } | Should -Throw -ErrorId 'SnapshotNotFound,*'
        { Save-PbsSnapshotFile ds1 $vm ../owner $out -ErrorAction Stop } | Should -Throw -ErrorId 'PathInvalid,*'
    }

    It 'writes nothing with -WhatIf, and nothing into the store ever' {
        $before = Get-Fingerprint $Store
        Save-PbsSnapshotFile ds1 $vm * $out -Decode -WhatIf
        Get-ChildItem $out -Force | Should -BeNullOrEmpty
        { Save-PbsSnapshotFile ds1 $enc app.conf.blob $out -Decode -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'KeyRequired,*'
        $null = Save-PbsSnapshotFile ds1 $vm * $out -Decode
        Get-Fingerprint $Store | Should -Be $before
    }

    It 'refuses who may not' {
        $null = Connect-PbsServer (New-ConfigRoot) -AuthId backup@pbs
        { Save-PbsSnapshotFile ds1 $vm fw.conf.blob $out -ErrorAction Stop } | Should -Throw 'there is no group ''vm/100'' in datastore ''ds1'', root namespace'
        (Save-PbsSnapshotFile ds1 host/alpha/2024-10-27T01:30:00Z index.json.blob $out).Length | Should -BeGreaterThan 0
        $null = Connect-PbsServer (New-ConfigRoot)
    }

    It 'ends early, runs in parallel, completes names' {
        @(Get-PbsSnapshotFile ds1 $vm | Save-PbsSnapshotFile -Destination $out | Select-Object -First 1).Count | Should -Be 1
        @(Get-ChildItem $out).Count | Should -Be 1
        @(Get-PbsSnapshot ds1 -BackupType ct | ForEach-Object -Parallel { $_ | Save-PbsSnapshotFile -FileName pct.conf.blob -Destination "$using:out/$($_.BackupTime.Ticks)" }).Count | Should -Be 3
        (Get-Completion "Save-PbsSnapshotFile ds1 $vm dr").CompletionText | Should -Be 'drive-efidisk0.img.fidx', 'drive-scsi0.img.fidx'
    }

    It 'stops within seconds and leaves nothing' {
        # One file over and over: the stop comes at any point of it.
        $seconds = Measure-Stop "1..100000 | ForEach-Object { Save-PbsSnapshotFile '$Store' $vm drive-scsi0.img.fidx '$out/disk' -Decode -Force }" 2
        $seconds | Should -BeLessThan 10
        @(Get-ChildItem $out -Force).Name | Where-Object { $_ -ne 'disk' } | Should -BeNullOrEmpty
        (Get-Item (Join-Path $out disk)).Length | Should -Be 16MB
    }
}
