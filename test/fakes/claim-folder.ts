/** Claims a data folder, prints whether it got it, and keeps it until it is killed. Arguments: folder, URL. */
import { claimDataFolder } from "../../src/adapters/folder/data-folder.ts";
import { asTuttiError } from "../../src/errors.ts";

const [folder = "", url] = process.argv.slice(2);
try {
  const lease = await claimDataFolder(folder);
  if (url) lease.setUrl(url);
  console.log("claimed");
  setInterval(() => {}, 1000);
} catch (error) {
  console.log(asTuttiError(error).code);
}
