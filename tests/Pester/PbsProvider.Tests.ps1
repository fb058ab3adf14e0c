Describe 'The drive Pbs:' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
        $time = '2024-10-27T01.30.00Z'
        $alpha = "Pbs:\ds1\host\alpha\$time"
    }
    AfterAll { Set-Location $PSScriptRoot; Disconnect-PbsServer }
    AfterEach { Set-Location $PSScriptRoot }

    It 'lists stores, types, groups, times, archives and what is in them' {
        (Get-ChildItem Pbs:\).Name | Should -Be 'ds1'
        (Get-ChildItem Pbs:\ds1 -Name) | Should -Contain 'host'
        (Get-ChildItem Pbs:\ds1 -Name) | Should -Contain 'ns'
        (Get-ChildItem Pbs:\ds1\ns\a\host -Name) | Should -Be 'beta'
        (Get-ChildItem Pbs:\ds1\host).BackupId | Should -Contain 'alpha'
        (Get-ChildItem Pbs:\ds1\host\alpha).Count | Should -Be 5
        (Get-ChildItem Pbs:\ds1\host\alpha -Name) | Should -Contain $time
        (Get-ChildItem $alpha -Name) | Should -Contain 'root.pxar'
        (Get-ChildItem $alpha\root.pxar\etc).Name | Should -Contain 'hostname'
        (Get-Item $alpha\root.pxar\bin\suid).Mode | Should -Be '-rwsr-xr-x'
        (Get-ChildItem $alpha\root.pxar -Recurse).Path | Should -Contain '/etc/hostname'
        (Get-ChildItem $alpha\root.pxar\bin\s*id).Name | Should -Be 'sgid', 'suid'
    }

    It 'can be walked into, with a time in either form' {
        Set-Location $alpha\root.pxar
        (Get-ChildItem etc).Name | Should -Contain 'hostname'
        Set-Location etc
        (Get-Item hostname).Path | Should -Be '/etc/hostname'
        Set-Location ..\bin
        (Get-Item tool).Size | Should -Be 60000
        Set-Location Pbs:\ds1\host\alpha
        (Get-ChildItem ./2024-10-27T01:30:00Z/root.pxar/etc).Name | Should -Contain 'hostname'
        (Get-ChildItem $time/root.pxar/etc).Name | Should -Contain 'hostname'
    }

    It 'knows what is there and what is not' {
        Test-Path Pbs:\ds1 | Should -BeTrue
        Test-Path $alpha\root.pxar\etc -PathType Container | Should -BeTrue
        Test-Path $alpha\root.pxar\etc\hostname -PathType Leaf | Should -BeTrue
        foreach ($none in 'Pbs:\none', 'Pbs:\ds1\vm\999', "$alpha\none.pxar", "$alpha\root.pxar\none", 'Pbs:\ds1\host\alpha\2020-01-01T00.00.00Z', 'Pbs:\ds1\odd', 'Pbs:\ds1\ns\none') { Test-Path $none | Should -BeFalse }
        { Get-Item $alpha\root.pxar\none -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
    }

    It 'gives content as lines, text or bytes' {
        $lines = Get-Content $alpha\root.pxar\etc\hostname
        $raw = Get-Content $alpha\root.pxar\etc\hostname -Raw
        "$raw".TrimEnd("`n") | Should -Be ($lines -join "`n")
        @(Get-Content $alpha\root.pxar\bin\tool -AsByteStream -TotalCount 10).Count | Should -Be 10
        @(Get-Content $alpha\root.pxar\bin\suid -AsByteStream).Count | Should -Be 17
        (Get-Content Pbs:\ds1\vm\100\2024-05-12T00.00.02Z\qemu-server.conf.blob) | Should -Not -BeNullOrEmpty
        { Get-Content $alpha\root.pxar\etc -ErrorAction Stop } | Should -Throw
        $failed = $null
        Get-Content $alpha\root.pxar\etc -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].ErrorDetails.RecommendedAction | Should -BeLike 'Save-PbsArchiveItem packs a folder*'
    }

    It 'gives bytes at once, and text in any encoding' {
        $bytes = Get-Content $alpha\root.pxar\bin\tool -AsByteStream -Raw
        , $bytes | Should -BeOfType byte[]
        $place = Join-Path $TestDrive tool
        $null = Save-PbsArchiveItem ds1 host/alpha/2024-10-27T01:30:00Z /bin/tool $place -Archive root.pxar
        [convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData($bytes)) | Should -Be (Get-FileHash $place).Hash
        , (Get-Content $alpha\root.pxar\bin\tool -AsByteStream -ReadCount 0) | Should -BeOfType byte[]
        (Get-Content $alpha\root.pxar\bin\tool -Raw -Encoding latin1) | Should -BeExactly ([System.Text.Encoding]::Latin1.GetString($bytes))
        foreach ($encoding in 'utf8', 'ascii', 'windows-1252', 1252, ([System.Text.Encoding]::UTF8)) { Get-Content $alpha\root.pxar\etc\hostname -Encoding $encoding | Should -Be 'alpha' }
        { Get-Content $alpha\root.pxar\etc\hostname -Encoding none -ErrorAction Stop } | Should -Throw "*'none' is no encoding*"
    }

    It 'filters, and lists an archive in one pass' {
        (Get-ChildItem $alpha\root.pxar\etc -Filter h*).Name | Should -Be 'hostname', 'hosts'
        (Get-ChildItem $alpha\root.pxar -Recurse -Filter *.TXT).Path | Should -Be (Get-ChildItem $alpha\root.pxar -Recurse | Where-Object Name -Like *.txt).Path
        (Get-ChildItem $alpha\root.pxar\etc -Filter h* -Name) | Should -Be 'hostname', 'hosts'
        $items = Get-ChildItem $alpha\root.pxar -Recurse
        $items.Path | Should -Be (Get-PbsArchiveItem ds1 host/alpha/2024-10-27T01:30:00Z -Archive root.pxar -Recurse).Path
        ($items | Where-Object Path -EQ /etc/ssh/sshd_config).PSPath | Should -BeLike "*::*/$time/root.pxar/etc/ssh/sshd_config"
        foreach ($item in $items | Where-Object Path -Like /etc/*) { (Get-Item -LiteralPath $item.PSPath).Path | Should -Be $item.Path }
        (Get-ChildItem $alpha\root.pxar -Recurse -Depth 1).Path | Should -Be (Get-PbsArchiveItem ds1 host/alpha/2024-10-27T01:30:00Z -Archive root.pxar -Depth 1).Path
        @(Get-ChildItem $alpha -Recurse -Depth 1 | Where-Object { $_ -is [PbsModule.Core.Features.Archives.ArchiveItemInfo] }).Count | Should -BeGreaterThan 5
        (Get-ChildItem $alpha\root.pxar -Recurse | Select-Object -First 1).Name | Should -Be 'attr'
        ((Get-ChildItem $alpha\root.pxar\etc -Recurse | Expand-PbsArchive -Destination (Join-Path $TestDrive piped))[-1]).Failed | Should -Be 0
    }

    It 'says of what is damaged that it is, not that it is not there' {
        $copy = Join-Path $TestDrive broken
        Copy-Item $Store $copy -Recurse
        Get-ChildItem (Join-Path $copy .chunks) -Directory | Remove-Item -Recurse
        $before = (Get-PbsConnection).ConfigRoot
        try {
            $null = Connect-PbsServer (New-ConfigRoot @{ ds1 = $Store; broken = $copy })
            $lost = 'Pbs:\broken\host\alpha\2024-10-27T01.30.00Z\root.pxar\etc\hostname'
            foreach ($read in { Get-Content $lost }, { Get-Item $lost }) {
                $ErrorActionPreference = 'Stop'
                $read | Should -Throw -ErrorId 'ChunkMissing,*'
            }
            { Get-Item Pbs:\broken\host\alpha\2024-10-27T01.30.00Z\none.pxar\x } | Should -Throw -ErrorId 'PathNotFound,*'
        }
        finally { $null = Connect-PbsServer $before }
    }

    It 'says of what is encrypted that it is, not that it is not there' {
        $locked = 'Pbs:\ds1\host\enc\2024-04-02T08.00.00Z\data.pxar'
        Test-Path $locked -PathType Container | Should -BeTrue
        foreach ($read in { Get-ChildItem $locked }, { Get-Content $locked\secret.txt }, { Get-Item $locked\secret.txt }) {
            $ErrorActionPreference = 'Stop'
            $read | Should -Throw -ErrorId 'KeyRequired,*'
        }
        $ErrorActionPreference = 'Continue'
        $failed = $null
        $all = Get-ChildItem Pbs:\ds1\host -Recurse -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -Contain 'KeyRequired,Microsoft.PowerShell.Commands.GetChildItemCommand'
        @($all | Where-Object { $_ -is [PbsModule.Core.Features.Archives.ArchiveItemInfo] } | Group-Object BackupId).Name | Should -Contain 'signed'
    }

    It 'pipes what has a name that no path can have' {
        $place = (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid().ToString('N')))).FullName
        $names = Get-ChildItem $alpha\root.pxar\home\user -Filter *\* | Save-PbsArchiveItem -Destination $place | ForEach-Object Name
        if ($IsLinux) { $names | Should -Be 'back\slash', 'latin1-\xe9.txt', 'new\x0aline' }
    }

    It 'says what writes instead' {
        { Set-Content $alpha\root.pxar\etc\hostname x -ErrorAction Stop } | Should -Throw '*reading only. Save-PbsArchiveItem*'
        foreach ($change in { New-Item $alpha\root.pxar\new }, { Remove-Item $alpha\root.pxar\etc\hostname }, { Move-Item $alpha\root.pxar\etc\hostname $alpha\root.pxar\x }, { Rename-Item $alpha\root.pxar\etc\hostname x }, { Copy-Item $alpha\root.pxar\etc\hostname $alpha\root.pxar\x }) {
            $ErrorActionPreference = 'Stop'
            $change | Should -Throw '*reading only*'
        }
    }

    It 'pipes into the cmdlets, and is for reading only' {
        $place = (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid().ToString('N')))).FullName
        (Get-Item $alpha\root.pxar\etc\hostname | Save-PbsArchiveItem -Destination $place).Name | Should -Be 'hostname'
        (Get-Item $alpha\root.pxar\bin | Expand-PbsArchive -Destination $place\tree)[-1].Files | Should -BeGreaterThan 2
        { Remove-Item $alpha\root.pxar\etc\hostname -ErrorAction Stop } | Should -Throw
        { Set-Content $alpha\root.pxar\etc\hostname x -ErrorAction Stop } | Should -Throw
    }

    It 'completes' {
        (Get-Completion "Get-ChildItem Pbs:\ds1\host\al").CompletionText | Should -BeLike '*alpha*'
        (Get-Completion "Get-Content $alpha\root.pxar\etc\hostn").CompletionText | Should -BeLike '*hostname*'
    }

    It 'is for who may read, and changes nothing' {
        $before = Get-Fingerprint $Store
        try {
            $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot -AuthId alice@pbs
            Test-Path $alpha | Should -BeFalse
        }
        finally { $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot }
        $null = Get-ChildItem Pbs:\ds1\host -Recurse -Depth 3
        Get-Fingerprint $Store | Should -Be $before
    }
}

Describe 'A drive of one datastore' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $key = (Resolve-Path $PSScriptRoot/../corpus/keys/enc-kdf-none.json).Path
        $sealed = 'host\enc\2024-04-02T08.00.00Z\data.pxar'
    }
    AfterEach {
        Set-Location $PSScriptRoot
        Get-PSDrive -PSProvider Pbs | Where-Object Name -NE Pbs | Remove-PSDrive
        Disconnect-PbsServer
    }

    It 'needs no server, and opens what is encrypted' {
        $before = Get-Fingerprint $Store
        $drive = New-PSDrive -Name Old -PSProvider Pbs -Root $Store -KeyFile $key
        $drive.Root | Should -Be $Store
        (Get-ChildItem Old:\ -Name) | Should -Be 'ns', 'ct', 'host', 'vm'
        (Get-ChildItem Old:\ns\a\host -Name) | Should -Be 'beta'
        (Get-ChildItem Old:\$sealed).Name | Should -Contain 'secret.txt'
        $text = Get-Content Old:\$sealed\secret.txt -Raw
        $place = Join-Path $TestDrive secret
        $null = Save-PbsArchiveItem $Store host/enc/2024-04-02T08:00:00Z /secret.txt $place -Archive data.pxar -KeyFile $key
        $text | Should -BeExactly (Get-Content $place -Raw)
        Set-Location Old:\host\alpha
        (Get-ChildItem).Count | Should -Be 5
        Set-Location ..\enc
        (Get-Item ./2024-04-02T08.00.00Z/data.pxar/secret.txt).Path | Should -Be '/secret.txt'
        Test-Path Old:\vm\999 | Should -BeFalse
        Get-Fingerprint $Store | Should -Be $before
    }

    It 'leads back by what it has shown, as long as it is there' {
        $null = New-PSDrive -Name Old -PSProvider Pbs -Root $Store -KeyFile $key
        $item = Get-Item Old:\$sealed\secret.txt
        (Get-Item -LiteralPath $item.PSPath).Path | Should -Be '/secret.txt'
        Remove-PSDrive Old
        Test-Path -LiteralPath $item.PSPath | Should -BeFalse
    }

    It 'begins anywhere, by name, path or drive, also in a relative path' {
        $null = Connect-PbsServer (New-ConfigRoot)
        $null = New-PSDrive -Name Named -PSProvider Pbs -Root ds1
        (Get-ChildItem Named:\host).BackupId | Should -Contain 'alpha'
        $null = New-PSDrive -Name Deep -PSProvider Pbs -Root Pbs:\ds1\host\enc -KeyFile $key
        (Get-ChildItem Deep:\ -Name) | Should -Contain '2024-04-02T08.00.00Z'
        (Get-ChildItem Deep:\2024-04-02T08.00.00Z\data.pxar).Name | Should -Contain 'secret.txt'
        Set-Location (Split-Path $Store)
        $null = New-PSDrive -Name Near -PSProvider Pbs -Root "./$(Split-Path $Store -Leaf)"
        (Get-ChildItem Near:\host).BackupId | Should -Contain 'alpha'
        $null = New-PSDrive -Name Nearer -PSProvider Pbs -Root Near:\host\alpha
        (Get-ChildItem Nearer:\).Count | Should -Be 5
        $null = New-PSDrive -Name Inside -PSProvider Pbs -Root (Join-Path $Store host/alpha)
        (Get-ChildItem Inside:\).Count | Should -Be 5
        $null = New-PSDrive -Name All -PSProvider Pbs -Root \ -KeyFile $key
        (Get-ChildItem All:\ds1\$sealed).Name | Should -Contain 'secret.txt'
        (Get-Completion "Get-ChildItem Nearer:\20").CompletionText.Count | Should -Be 5
    }

    It 'is refused where nothing is, and with a wrong key' {
        $ErrorActionPreference = 'Stop'
        { New-PSDrive -Name X -PSProvider Pbs -Root (Join-Path $TestDrive none) } | Should -Throw -ErrorId 'DatastoreNotFound,*'
        { New-PSDrive -Name X -PSProvider Pbs -Root ds1 } | Should -Throw -ErrorId 'NotConnected,*'
        { New-PSDrive -Name X -PSProvider Pbs -Root $Store -KeyFile (Join-Path $TestDrive none.json) } | Should -Throw -ErrorId 'KeyFileNotFound,*'
        $null = New-PSDrive -Name Old -PSProvider Pbs -Root $Store
        { New-PSDrive -Name X -PSProvider Pbs -Root Old:\vm\999 } | Should -Throw -ErrorId 'DriveRootNotFound,*'
        { New-PSDrive -Name X -PSProvider Pbs -Root Old:\vm\100\2024-05-12T00.00.02Z\qemu-server.conf.blob } | Should -Throw -ErrorId 'DriveRootNotFound,*'
        $failed = $null
        Get-ChildItem Old:\$sealed -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].ErrorDetails.RecommendedAction | Should -BeLike '*New-PSDrive*-KeyFile*'
        (Get-PSDrive -PSProvider Pbs).Name | Should -Not -Contain 'X'
    }

    It 'is for whom the connection lets in' {
        $null = New-PSDrive -Name Old -PSProvider Pbs -Root $Store
        $null = Connect-PbsServer (New-ConfigRoot) -AuthId alice@pbs
        Test-Path Old:\host | Should -BeFalse
    }
}
