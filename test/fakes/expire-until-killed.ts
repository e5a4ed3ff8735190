/** Expires whatever was used up to a second from now, without end. Argument: the folder of the assets. */
import { openFolderAssetStore } from "../../src/adapters/folder/asset-store.ts";

const store = openFolderAssetStore({ folder: process.argv[2] ?? "" });
process.stdout.write("started\n");
for (;;) await store.expire(Date.now() + 1000);
