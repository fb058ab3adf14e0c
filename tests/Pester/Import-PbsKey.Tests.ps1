Describe 'Import-PbsKey' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
        $keys = Join-Path $PSScriptRoot ../corpus/keys
        $plain = Join-Path $keys enc-kdf-none.json
        $protected = Join-Path $keys enc-kdf-scrypt.json
        $master = Join-Path $keys master-private.pem
        $enc = 'host/enc/2024-04-02T08:00:00Z'
        $fingerprint = (Get-PbsSnapshot ds1 -Snapshot $enc).Fingerprint
        $secret = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'
        function ConvertTo-Secret { param([string] $Text) ConvertTo-SecureString $Text -AsPlainText }
        $password = ConvertTo-Secret golden-password
        function Import-FromSnapshot { Import-PbsKey -Snapshot $enc -Datastore ds1 -ErrorAction Stop @args }

        # The golden key in every form in which somebody may have kept it.
        $text = Get-Content $plain -Raw
        $wrapped = $text.Replace('EBESExQV', "EBES`r`nExQV")
        $begin, $end = 'BEGIN', 'END' | ForEach-Object { "-----$_ PROXMOX BACKUP KEY-----" }
        $paper = "Subject: the key`nof the office`n`n$begin`n$wrapped`n$end`n ##  ##`n"
        $kept = @{}
        foreach ($form in @{ plain = $text; crlf = $text.Replace("`n", "`r`n"); paper = $paper }.GetEnumerator()) {
            foreach ($encoding in 'utf8', 'utf8BOM', 'unicode', 'bigendianunicode') {
                $kept["$($form.Key) $encoding"] = Join-Path $TestDrive "$($form.Key)-$encoding.key"
                Set-Content $kept["$($form.Key) $encoding"] $form.Value -Encoding $encoding
            }
        }
    }
    AfterAll { Disconnect-PbsServer }

    It 'reads a key in every form, and -KeyFile takes each of them' {
        $kept.Count | Should -Be 12
        foreach ($form in $kept.Keys) {
            (Import-PbsKey $kept[$form]).Fingerprint | Should -Be $fingerprint -Because $form
            @(Get-PbsCatalogItem ds1 $enc -Recurse -KeyFile $kept[$form]).Count | Should -BeGreaterThan 1 -Because $form
        }
    }

    It 'says which key it is' {
        $key = Import-PbsKey $protected -KeyPassword $password
        $key.Fingerprint | Should -Be $fingerprint
        $key.Kdf, $key.Hint, $key.Source | Should -Be 'Scrypt', 'golden', (Convert-Path $protected)
        [DateTimeOffset] $key.Created | Should -Be ([DateTimeOffset] '2026-11-22T01:32:41Z')
        [DateTimeOffset] $key.Modified | Should -Be ([DateTimeOffset] '2026-11-22T01:32:41Z')
        (Import-PbsKey $plain).Kdf | Should -Be 'None'
        (Import-PbsKey (Join-Path $keys enc-kdf-pbkdf2.json) -Passphrase $password).Kdf | Should -Be 'PBKDF2'
        (Import-PbsKey (Join-Path $keys *none.json)).Fingerprint | Should -Be $fingerprint
        (Get-Item $plain | Import-PbsKey).Fingerprint | Should -Be $fingerprint
        ($plain | Import-PbsKey).Fingerprint | Should -Be $fingerprint
        ($key | Out-String) | Should -Match $fingerprint
    }

    It 'gives a key that every cmdlet with -KeyFile takes, and a drive' {
        $key = Import-PbsKey $protected -KeyPassword $password
        @(Get-PbsArchiveItem ds1 $enc -Recurse -KeyFile $key).Count | Should -BeGreaterThan 1
        Test-PbsSnapshotSignature ds1 $enc -Key $key | Should -BeTrue
        @(Find-PbsFile ds1 -BackupId enc -KeyFile $key -Name *).Count | Should -BeGreaterThan 0
        foreach ($cmdlet in Get-Command -Module PbsModule | Where-Object { $_.Parameters.ContainsKey('KeyFile') }) {
            $cmdlet.Parameters['KeyFile'].ParameterType |
                Should -Be ([PbsModule.Binding.KeyReference]) -Because $cmdlet.Name
            $cmdlet.Parameters['KeyFile'].Aliases | Should -Contain 'Key' -Because $cmdlet.Name
        }
        $null = New-PSDrive Locked -PSProvider Pbs -Root ds1 -KeyFile $key
        try { @(Get-ChildItem Locked:/host/enc/2024-04-02T08.00.00Z/data.pxar).Count | Should -BeGreaterThan 0 }
        finally { Remove-PSDrive Locked }
        # What has used the key does not end it.
        @(1, 2 | ForEach-Object -Parallel { Test-PbsSnapshotSignature $using:Store $using:enc -Key $using:key }) |
            Should -Be $true, $true
        $job = Start-PbsVerify $Store -Snapshot $enc -KeyFile $key -NoStateUpdate -AsJob -Force -Confirm:$false
        ($job | Receive-Job -Wait -AutoRemoveJob).State | Should -Be Ok
        @(Get-PbsArchiveItem ds1 $enc -Recurse -KeyFile $key).Count | Should -BeGreaterThan 1
        $key.Dispose()
        { Get-PbsArchiveItem ds1 $enc -KeyFile $key -ErrorAction Stop } | Should -Throw -ErrorId 'KeyRequired,*'
    }

    It 'shows the secret nowhere' {
        $key = Import-PbsKey $plain
        $xml = [System.Management.Automation.PSSerializer]::Serialize($key, 9)
        $list, $json, $csv = ($key | Format-List * | Out-String), ($key | ConvertTo-Json -Depth 9), ($key | ConvertTo-Csv)
        $shown = "$key", $list, $json, $csv, $xml
        $raw = [Convert]::FromBase64String("$secret=")
        foreach ($text in $shown) {
            $text | Should -Not -BeLike "*$($secret.Substring(4, 12))*"
            $text | Should -Not -Match ([Convert]::ToHexString($raw[4..12]))
        }
        $back = [System.Management.Automation.PSSerializer]::Deserialize($xml)
        $back.Fingerprint | Should -Be $fingerprint
        { Get-PbsArchiveItem ds1 $enc -KeyFile $back -ErrorAction Stop } | Should -Throw
    }

    It 'opens what a client left in a snapshot, with the master key in any form' {
        $snapshot = Get-PbsSnapshot ds1 -Snapshot $enc
        $key = $snapshot | Import-PbsKey -MasterKeyFile $master
        $key.Fingerprint, $key.Source | Should -Be $fingerprint, "$enc/rsa-encrypted.key.blob"
        (Import-PbsKey -Snapshot $enc -Datastore $Store -MasterKey $master).Fingerprint | Should -Be $fingerprint
        @(Get-PbsArchiveItem ds1 $enc -Recurse -KeyFile $key).Count | Should -BeGreaterThan 1

        $rsa = [System.Security.Cryptography.RSA]::Create()
        $rsa.ImportFromPem((Get-Content $master -Raw))
        $how = [System.Security.Cryptography.PbeParameters]::new('Aes256Cbc', 'SHA256', 1000)
        $pems = @{
            pkcs1 = $rsa.ExportRSAPrivateKeyPem(); pkcs8 = $rsa.ExportPkcs8PrivateKeyPem()
            protected = $rsa.ExportEncryptedPkcs8PrivateKeyPem('geheim', $how)
        }
        foreach ($form in $pems.Keys) {
            Set-Content (Join-Path $TestDrive "$form.pem") $pems[$form] -Encoding unicode
            $with = $form -eq 'protected' ? @{ MasterKeyPassword = ConvertTo-Secret geheim } : @{}
            ($snapshot | Import-PbsKey -MasterKeyFile (Join-Path $TestDrive "$form.pem") @with).Fingerprint |
                Should -Be $fingerprint -Because $form
        }

        # A copy of the file, as it lies there and as a client restores it.
        $null = Save-PbsSnapshotFile ds1 $enc rsa-encrypted.key.blob $TestDrive
        $decoded = Get-PbsSnapshotFileContent ds1 $enc rsa-encrypted.key.blob -AsByteStream
        [IO.File]::WriteAllBytes((Join-Path $TestDrive rsa-encrypted.key), $decoded)
        $copies = Get-ChildItem $TestDrive -Filter rsa-encrypted.* | Import-PbsKey -MasterKeyFile $master
        $copies.Fingerprint | Should -Be $fingerprint, $fingerprint
    }

    It 'says what is wrong, with a stable id' {
        $rsa = [System.Security.Cryptography.RSA]::Create(2048)
        $how = [System.Security.Cryptography.PbeParameters]::new('Aes256Cbc', 'SHA256', 1000)
        $pems = 'other.pem', 'locked.pem', 'public.pem', 'old.pem' | ForEach-Object { Join-Path $TestDrive $_ }
        $other, $locked, $public, $old = $pems
        Set-Content $other $rsa.ExportPkcs8PrivateKeyPem()
        Set-Content $locked $rsa.ExportEncryptedPkcs8PrivateKeyPem('geheim', $how)
        Set-Content $public $rsa.ExportSubjectPublicKeyInfoPem()
        $proc = "Proc-Type: 4,ENCRYPTED`nDEK-Info: AES-256-CBC,00"
        Set-Content $old "-----BEGIN RSA PRIVATE KEY-----`n$proc`n`nAAAA`n-----END RSA PRIVATE KEY-----"
        $torn = Join-Path $TestDrive torn.txt
        Set-Content $torn "-----BEGIN PROXMOX BACKUP KEY-----`n{"
        $null = Save-PbsSnapshotFile ds1 $enc rsa-encrypted.key.blob (Join-Path $TestDrive copy.blob)

        { Import-PbsKey $protected -ErrorAction Stop } | Should -Throw -ErrorId 'KeyPasswordRequired,*'
        { Import-PbsKey $protected -KeyPassword (ConvertTo-Secret wrong) -ErrorAction Stop } |
            Should -Throw -ErrorId 'KeyPasswordWrong,*'
        { Import-PbsKey $torn -ErrorAction Stop } |
            Should -Throw '*ends the paper key is missing*' -ErrorId 'KeyFileInvalid,*'
        { Import-PbsKey (Join-Path $TestDrive none) -ErrorAction Stop } | Should -Throw -ErrorId 'KeyFileNotFound,*'
        { Import-PbsKey $master -ErrorAction Stop } | Should -Throw -ErrorId 'KeyFileInvalid,*'
        { Import-PbsKey (Join-Path $TestDrive copy.blob) -ErrorAction Stop } | Should -Throw -ErrorId 'KeyFileInvalid,*'
        { Import-FromSnapshot -MasterKeyFile $other } | Should -Throw -ErrorId 'MasterKeyMismatch,*'
        { Import-FromSnapshot -MasterKeyFile $locked } | Should -Throw -ErrorId 'KeyPasswordRequired,*'
        { Import-FromSnapshot -MasterKeyFile $locked -MasterKeyPassword (ConvertTo-Secret wrong) } |
            Should -Throw -ErrorId 'KeyPasswordWrong,*'
        { Import-FromSnapshot -MasterKeyFile $public } | Should -Throw '*public half*' -ErrorId 'MasterKeyInvalid,*'
        { Import-FromSnapshot -MasterKeyFile $old } | Should -Throw -ErrorId 'MasterKeyInvalid,*'
        $none = 'host/signed/2024-04-01T09:00:00Z'
        { Import-PbsKey -Snapshot $none -Datastore ds1 -MasterKeyFile $master -ErrorAction Stop } |
            Should -Throw -ErrorId 'SnapshotFileNotFound,*'
        $failure = $null
        Import-PbsKey $master -ErrorAction SilentlyContinue -ErrorVariable failure
        $failure[0].ErrorDetails.RecommendedAction | Should -BeLike 'Import-PbsKey *-MasterKeyFile*'
    }

    It 'names both keys where one is not that of the backup, whatever reads with it' {
        $json = $text.Replace('AAECAwQF', 'BBECAwQF') -replace ',\s*"fingerprint": "[^"]+"'
        $wrong = Join-Path $TestDrive wrong.key
        Set-Content $wrong $json
        $given = (Import-PbsKey $wrong).Fingerprint.Substring(0, 23)
        $wanted = $fingerprint.Substring(0, 23)
        $snapshot = Get-PbsSnapshot ds1 -Snapshot $enc
        $readers = @{
            Catalog = { $snapshot | Get-PbsCatalogItem -KeyFile $wrong -Recurse -ErrorAction Stop }
            Archive = { $snapshot | Get-PbsArchiveItem -KeyFile $wrong -Recurse -ErrorAction Stop }
            Find = { Find-PbsFile ds1 -BackupId enc -KeyFile $wrong -Name * -ErrorAction Stop }
            Content = { Get-PbsSnapshotFileContent ds1 $enc *.conf.blob -KeyFile $wrong -ErrorAction Stop }
            Save = { $snapshot | Save-PbsArchiveItem -Destination $TestDrive/x.zip -KeyFile $wrong -ErrorAction Stop }
            Expand = { $snapshot | Expand-PbsArchive -Destination $TestDrive/x -KeyFile $wrong -ErrorAction Stop }
            File = { Save-PbsSnapshotFile ds1 $enc data.pxar.didx $TestDrive -Decode -Key $wrong -ErrorAction Stop }
            Signature = { $snapshot | Test-PbsSnapshotSignature -KeyFile $wrong -ErrorAction Stop }
            Test = { $snapshot | Test-PbsSnapshot -KeyFile $wrong -ErrorAction Stop }
        }
        foreach ($reader in $readers.Keys) {
            $failure = try { $null = & $readers[$reader]; $null } catch { $_ }
            $failure.FullyQualifiedErrorId | Should -BeLike 'KeyMismatch,*' -Because $reader
            "$failure" | Should -BeLike "*$wanted*$given*" -Because $reader
        }
    }

    It 'takes the privilege to read the snapshot' {
        $null = Connect-PbsServer (New-ConfigRoot) -AuthId alice@pbs
        try { { Import-FromSnapshot -MasterKeyFile $master } | Should -Throw -ErrorId 'PermissionDenied,*' }
        finally { $null = Connect-PbsServer (New-ConfigRoot) }
    }
}
