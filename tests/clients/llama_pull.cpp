// What `llama-cli -hf REPOSITORY` does before it runs a model, by llama.cpp's own code: common/download.cpp and common/hf-cache.cpp.
#include "build-info.h"
#include "common.h"
#include "download.h"
#include "log.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

// Of the library that runs models, which is not linked here.
const char * llama_build_info(void) { return "test"; }
extern "C" void ggml_abort(const char *, int, const char *, ...) { std::abort(); }

int main(int argc, char ** argv) {
    if (argc != 2) {
        return 2;
    }
    common_params_model model;
    model.hf_repo = argv[1];
    common_download_opts opts;
    const char * token = std::getenv("HF_TOKEN");
    opts.bearer_token = token ? token : "";
    int code = 1;
    try {
        const auto plan = common_download_get_hf_plan(model, opts);
        std::vector<common_download_task> tasks;
        for (const auto & file : plan.model_files) {
            tasks.emplace_back(file, opts);
        }
        common_download_run_tasks(tasks);
        for (const auto & file : plan.model_files) {
            std::printf("%s\n", hf_cache::finalize_file(file).c_str());
        }
        code = plan.model_files.empty() ? 1 : 0;
    } catch (const std::exception & error) {
        std::fprintf(stderr, "error: %s\n", error.what());
    }
    common_log_flush(common_log_main());
    return code;
}
