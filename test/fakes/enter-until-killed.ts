/**
 * Enters the jobs j0, j1, ... of expert `x`, one more than there are places, prints the answers, and waits to be killed.
 * Arguments: the URL of Redis, the prefix, how many places.
 */
import { createRedisCapacity } from "../../src/adapters/redis/capacity.ts";

const [connection = "", prefix = "", places = "1"] = process.argv.slice(2);
const capacity = createRedisCapacity({ connection, prefix });
const answers: boolean[] = [];
for (let i = 0; i <= Number(places); i++) {
  answers.push(await capacity.enter("x", `j${i}`, { limit: Number(places), order: i }));
}
console.log(answers.join(" "));
