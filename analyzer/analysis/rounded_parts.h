// Estimates as whole numbers that add up: what rounding takes from one part the next one gets.
//
// For formats that know integers only, with a row for each of many small parts: rounded one by one, a hundred thousand
// of 1.4 blocks would be 40,000 blocks short. Each part is less than one off, their sum at most one. Exact counts stay
// as they are.
#pragma once

#include "analyzer/analysis/estimate.h"

namespace dregs {

class RoundedParts {
  public:
    Tally next(const Estimate& part);

  private:
    double blocks_ = 0, bytes_ = 0;  // what the next part gets, in [-0.5, 0.5)
};

}  // namespace dregs
